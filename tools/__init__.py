from . import addresses, dsn, envelopes, numbers, pdf_merge, pdf_pool, pdf_stamp, pdf_text, recipients, replies, retry
from . import schedule, shutdown, smtp, states, steering
from . import texts
from . import boleto, boleto_checks, checks, nfe, nfe_checks, safe_xml
