from . import addresses, agents, boleto, boleto_checks, checks, conditions, consent, danfe, dsn, envelopes
from . import environment, folders, letters, mail_form, nfe, nfe_checks, numbers, pdf_gateway, pdf_merge
from . import pdf_pool, pdf_reader, pdf_stamp, pdf_text, plain_text, recipients, replies, retry, safe_xml
from . import schedule, settings, smtp, states, steering, text_blocks, text_compare, text_marks, text_own
from . import text_values, texts
