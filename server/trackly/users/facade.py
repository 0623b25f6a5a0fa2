"""The door to people."""

from trackly.users.actor import Actor, Role, built_once
from trackly.users.commands import NewUser, create_user, delete_user, link_identity, set_password_hash, update_user
from trackly.users.errors import EmailTaken, Forbidden, LastAdmin, UserNotFound
from trackly.users.passwords import Passwords, needs_rehash
from trackly.users.queries import (
    Credentials,
    UserFilter,
    count_users,
    find_actor,
    find_credentials,
    find_credentials_of,
    find_user,
    find_user_by_identity,
    get_preferences,
    get_user,
    list_users,
    load_persons,
    load_user,
    lock_credentials,
)
from trackly.users.rules import ensure_admin
from trackly.users.schemas import MePatch, Person, UserCount, UserCreate, UserOut, UserPatch

__all__ = [
    "Actor",
    "Credentials",
    "EmailTaken",
    "Forbidden",
    "LastAdmin",
    "MePatch",
    "NewUser",
    "Passwords",
    "Person",
    "Role",
    "UserCount",
    "UserCreate",
    "UserFilter",
    "UserNotFound",
    "UserOut",
    "UserPatch",
    "built_once",
    "count_users",
    "create_user",
    "delete_user",
    "ensure_admin",
    "find_actor",
    "find_credentials",
    "find_credentials_of",
    "find_user",
    "find_user_by_identity",
    "get_preferences",
    "get_user",
    "link_identity",
    "list_users",
    "load_persons",
    "load_user",
    "lock_credentials",
    "needs_rehash",
    "set_password_hash",
    "update_user",
]
