"""The base of V3 nodes. To other code a V3 node looks like an older one: `INPUT_TYPES()`, …"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from engine.comfy.api.schema import HiddenHolder, Schema


class _Told:
    """A class attribute that is read from the node's schema."""

    def __init__(self, read: Callable[[Schema], Any]) -> None:
        self.read = read

    def __get__(self, instance: object, owner: type[ComfyNode]) -> Any:
        return self.read(owner.GET_SCHEMA())


class ComfyNode:
    """A node: class methods only, no state. Subclasses define `define_schema` and `execute`."""

    hidden: ClassVar[HiddenHolder] = HiddenHolder()

    FUNCTION = "execute"
    RETURN_TYPES = _Told(lambda schema: tuple(each.io_type for each in schema.outputs))
    RETURN_NAMES = _Told(
        lambda schema: tuple(each.display_name or each.io_type for each in schema.outputs)
    )
    OUTPUT_IS_LIST = _Told(lambda schema: tuple(each.is_output_list for each in schema.outputs))
    OUTPUT_TOOLTIPS = _Told(lambda schema: tuple(each.tooltip for each in schema.outputs))
    INPUT_IS_LIST = _Told(lambda schema: schema.is_input_list)
    CATEGORY = _Told(lambda schema: schema.category)
    DESCRIPTION = _Told(lambda schema: schema.description)
    OUTPUT_NODE = _Told(lambda schema: schema.is_output_node)
    DEPRECATED = _Told(lambda schema: schema.is_deprecated)
    EXPERIMENTAL = _Told(lambda schema: schema.is_experimental)
    API_NODE = _Told(lambda schema: schema.is_api_node)
    NOT_IDEMPOTENT = _Told(lambda schema: schema.not_idempotent)

    @classmethod
    def define_schema(cls) -> Schema:
        """Return what the node is."""
        raise NotImplementedError(f"{cls.__name__} has no define_schema.")

    @classmethod
    def execute(cls, *args: Any, **inputs: Any) -> Any:
        """Do the node's work."""
        raise NotImplementedError(f"{cls.__name__} has no execute.")

    @classmethod
    def GET_SCHEMA(cls) -> Schema:  # noqa: N802 their name
        """Return the schema, checked and filled in.

        Raises:
            ValueError: an id is missing or there twice.
        """
        schema = cls.define_schema()
        if not isinstance(schema, Schema):  # pyright: ignore[reportUnnecessaryIsInstance] packs
            raise ValueError(f"define_schema returned {schema!r}; return io.Schema(…)")
        schema.validate()
        schema.finalize()
        return schema

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:  # noqa: N802 their name
        """Return the inputs in the form that older nodes declare them in."""
        from engine.declaring.declarations import (
            declared_inputs,  # late: packs above, the API below
        )
        from engine.packs.v3_inputs import hidden_of, inputs_of

        schema = cls.GET_SCHEMA()
        told = declared_inputs(inputs_of(cls, schema))
        hidden = {each: (each.upper(),) for each in hidden_of(schema)}
        as_tuples = {
            need: {name: tuple(form) for name, form in inputs.items()}
            for need, inputs in told.items()
        }
        return as_tuples | {"hidden": hidden}
