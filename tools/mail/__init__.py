from . import addresses, blame, dsn, headers, incoming, plain_text, replies, retry, smtp
