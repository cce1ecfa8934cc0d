"""Every failure a user can meet.

ConvscopeError
├── UnknownName        a name that is in no catalogue
├── BadValue           a value of the wrong type or out of its range
├── BadData            pictures or labels that cannot be used
│   ├── MissingData    files that are neither here nor to be fetched
│   └── BadImage       one picture that cannot be read
├── BadNetwork         a network that cannot be built, or does not fit
├── BadModel           a model folder that is missing, unfinished or altered
├── CannotWrite        a folder that is taken, read-only or full
└── Diverged           a loss that is no longer a number

The message is one sentence: what came, what was allowed, what to do. The command line prints it
alone.
"""


class ConvscopeError(Exception):
    """A failure that the message explains to the user; `exit_code` is the command line's."""

    exit_code = 2


class UnknownName(ConvscopeError):
    """A name that is in no catalogue."""


class BadValue(ConvscopeError):
    """A value of the wrong type or out of its range."""


class BadData(ConvscopeError):
    """Pictures or labels that cannot be used."""


class MissingData(BadData):
    """Files that are neither on this machine nor to be fetched."""


class BadImage(BadData):
    """One picture that cannot be read."""


class BadNetwork(ConvscopeError):
    """A network that cannot be built, or does not fit what it is given."""


class BadModel(ConvscopeError):
    """A model folder that is missing, unfinished or altered."""


class CannotWrite(ConvscopeError):
    """A folder or file that is taken, read-only, or on a full disk."""


class Diverged(ConvscopeError):
    """A loss that is no longer a finite number."""

    exit_code = 1
