// Served to browsers as a part of the pack. The editor's interface for packs is still to come.
export const name = "example_pack";
