from . import addresses, blame, consequences, dsn, headers, incoming, plain_text, proof, replies, retry, smtp
