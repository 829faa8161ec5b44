from . import boleto, boleto_checks, checks, danfe, nfe, nfe_checks, safe_xml
