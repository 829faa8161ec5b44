from . import addresses, blame, dsn, headers, incoming, plain_text, proof, replies, retry, smtp
