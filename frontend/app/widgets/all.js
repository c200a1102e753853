// @ts-check
/** Every kind of widget there is. */

import { mountText } from "./area.js";
import { mountChoice } from "./choice.js";
import { mountColour } from "./colour.js";
import { mountCurve } from "./curve.js";
import { mountImage } from "./image.js";
import { mountMany } from "./many.js";
import { mountNumber } from "./number.js";
import { registerWidget } from "./registry.js";
import { mountSeed } from "./seed.js";
import { mountToggle } from "./toggle.js";

registerWidget("int", mountNumber);
registerWidget("float", mountNumber);
registerWidget("text", mountText);
registerWidget("choice", mountChoice);
registerWidget("file", mountChoice);
registerWidget("bool", mountToggle);
registerWidget("seed", mountSeed);
registerWidget("many", mountMany);
registerWidget("color", mountColour);
registerWidget("COLOR", mountColour);
registerWidget("image", mountImage);
registerWidget("curve", mountCurve);
registerWidget("CURVE", mountCurve);
