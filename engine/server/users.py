"""Who asks: a user with a role. The tokens that prove it are in `engine.store.users`."""

from engine.users import DEFAULT_USER, RoleName, User

__all__ = ["DEFAULT_USER", "RoleName", "User"]
