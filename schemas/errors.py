"""What can go wrong with a contract, sorted by what the caller can do about it."""


class SchemasError(Exception):
    """Base of every error of this package."""


class WireError(SchemasError):
    """One value is not in the wire format. Send that record to the dead-letter topic and go on."""


class UnknownSchemaError(SchemasError):
    """No registry knows this schema id or subject. Send the record to the dead-letter topic."""


class RegistryUnavailableError(SchemasError):
    """The registry did not answer properly. Try again later; nothing was changed."""


class ContractError(SchemasError):
    """A committed contract file or a setting is wrong. Stop and correct it."""
