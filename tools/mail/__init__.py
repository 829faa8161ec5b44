from . import addresses, dsn, headers, incoming, plain_text, proof, replies, retry, smtp
