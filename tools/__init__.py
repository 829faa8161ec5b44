from . import addresses, agents, boleto, boleto_checks, checks, consent, danfe, dsn, envelopes, letters
from . import mail_form, nfe, nfe_checks, numbers, pdf_merge, pdf_pool, pdf_reader, pdf_stamp, pdf_text
from . import plain_text, recipients, replies, retry, safe_xml, schedule, smtp, states, steering, text_blocks
from . import text_compare, text_marks, text_own, text_values, texts
