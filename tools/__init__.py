from . import addresses, dsn, envelopes, environment, folders, numbers, pdf_gateway, pdf_merge, pdf_pool, pdf_stamp
from . import pdf_text, recipients, replies, retry
from . import schedule, smtp, states
from . import texts
from . import boleto, boleto_checks, checks, nfe, nfe_checks, safe_xml
