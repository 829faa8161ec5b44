from . import addresses, recipients, retry, smtp, states
