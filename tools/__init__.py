from . import addresses, agents, boleto, boleto_checks, checks, conditions, consent, danfe, dsn, envelopes
from . import environment, folders, letters, links, mail_form, nfe, nfe_checks, numbers, pdf_gateway
from . import pdf_merge, pdf_pool, pdf_reader, pdf_stamp, pdf_text, plain_text, recipients, replies, retry
from . import safe_xml, schedule, settings, smtp, states, steering, text_blocks, text_compare, text_marks
from . import text_own, text_values, texts
