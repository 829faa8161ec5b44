from . import addresses, dsn, pdf_pool, pdf_text, recipients, retry, smtp, states
