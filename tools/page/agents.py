"""Who opens a link: a person's browser, or a program that looks at mails."""

import re

#: Names by which programs call themselves that open links by themselves: search engines, previews of
#: messengers, scanners of mail servers, libraries
_MACHINES = re.compile(
    r"bot[/;]|robot|crawl|spider|preview|scan|headless|phantomjs|slurp|facebookexternalhit|whatsapp|telegram|slack|skype"
    r"|barracuda|mimecast|proofpoint|trendmicro|symantec|fireeye|forcepoint|sophos|ironport|fortinet|safelinks"
    r"|microsoft office|ms-office|googleimageproxy|yahoomailproxy|ggpht|monitor|python|urllib|curl|wget|libwww|okhttp"
    r"|go-http-client|java/|httpclient|node-fetch|axios|ruby|perl",
    re.IGNORECASE,
)


def is_machine(agent):
    """Tell whether a user agent is one that is known to open links by itself, or says nothing of itself.

    A scanner that calls itself a browser cannot be told from a person.
    """
    return not (agent or "").strip() or bool(_MACHINES.search(agent))
