from . import addresses, dsn, envelopes, numbers, pdf_merge, pdf_pool, pdf_reader, pdf_stamp, pdf_text, recipients
from . import replies, retry, schedule, smtp, states
from . import texts
from . import boleto, boleto_checks, checks, nfe, nfe_checks, safe_xml
