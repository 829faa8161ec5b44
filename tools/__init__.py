from . import addresses, pdf_pool, pdf_text, recipients, retry, smtp, states
