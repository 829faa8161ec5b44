from . import addresses, dsn, numbers, pdf_pool, pdf_stamp, pdf_text, recipients, replies, retry, schedule, smtp, states
from . import texts
