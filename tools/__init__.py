from . import addresses, agents, boleto, boleto_checks, checks, consent, danfe, dsn, envelopes, environment
from . import folders, letters, mail_form, nfe, nfe_checks, numbers, pdf_gateway, pdf_merge, pdf_pool
from . import pdf_reader, pdf_stamp, pdf_text, plain_text, recipients, replies, retry, safe_xml, schedule
from . import smtp, states, steering, text_blocks, text_compare, text_marks, text_own, text_values, texts
