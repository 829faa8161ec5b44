from . import addresses, dsn, headers, incoming, plain_text, replies, retry, smtp
