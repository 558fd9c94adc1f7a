"""Who sits at the keyboard."""

from __future__ import annotations

import getpass
import os

from reson.authors import PERSON
from reson.errors import OperatorError


def login() -> str:
    """Whom the console names, for a process that it started; else the login name. Raises ``OperatorError`` where the
    system knows none.
    """
    try:
        return os.environ.get(PERSON) or getpass.getuser()
    except (KeyError, OSError) as error:
        raise OperatorError("the system does not know who you are", "name yourself with --by NAME") from error
