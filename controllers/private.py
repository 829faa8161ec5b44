import ipaddress
from functools import wraps

from werkzeug.exceptions import HTTPException

from odoo import http
from odoo.http import Response, request

from ..tools.consent import consent
from ..tools.page import agents

#: As much as is kept of what a browser says of itself
MAX_AGENT = 500
#: Headers by which browsers and mail programs say that nobody looks yet
PREFETCH = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
#: A page that is drawn in the frame of a website, where there is one: Odoo fails without the first. In the language of
#: the person whom it is for, at the very address that their mail gave.
FRONTEND = {"website": True, "multilang": False, "sitemap": False}
#: Headers of every page whose address is a secret
PRIVATE = {
    "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
}
FRAMES = "frame-ancestors 'none'"


def secret_route(route, methods=("GET",), **routing):
    """``http.route`` for a page whose address is a secret, or that shows what is only the customer's.

    Whatever it answers is kept out of indexes, caches, the address lines of other sites, and frames.
    """
    def decorate(endpoint):
        @http.route(route, **{"type": "http", "auth": "public", "methods": list(methods), **FRONTEND, **routing})
        @wraps(endpoint)
        def answer(self, *args, **kwargs):
            return keep_private(endpoint(self, *args, **kwargs))

        return answer

    return decorate


def keep_private(response):
    """Return an answer whose address is a secret: it goes to no other site, into no index, cache or frame."""
    response.headers.update(PRIVATE)
    rules = [rule for rule in response.headers.get("Content-Security-Policy", "").split("; ") if rule]
    if FRAMES not in rules:
        response.headers["Content-Security-Policy"] = "; ".join([*rules, FRAMES])
    return response


def nothing_there():
    """One answer for “wrong”, “old”, “another's” and “not there”, to be raised.

    A page of its own: a website's would differ from link to link.
    """
    return _plain_page("document_dispatch.nothing_page", 404)


def not_yet(framed=False):
    """The answer for a picture of an invoice that has to be taken by a network or an authority first, to be raised.

    :param bool framed: a page of this site may show it in a frame
    """
    return _plain_page("document_dispatch.not_yet_page", 404, framed=framed)


def _plain_page(template, status, headers=(), framed=False):
    """An answer in the language of the request, to be raised: what the request wrote is taken back."""
    # sudo: a page without anybody's data, whoever asks
    html = request.env["ir.qweb"].sudo()._render(template, {"html_lang": request.env.lang.replace("_", "-")})
    response = Response(f"<!DOCTYPE html>\n{html}", status=status, content_type="text/html; charset=utf-8", headers=[
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
        ("Vary", "Accept-Language, Cookie"), *headers,
    ])
    if framed:
        response.headers["Cache-Control"] = "no-store"
    return HTTPException(response=response if framed else keep_private(response))


def origin():
    """Who it was, as far as a server can know."""
    agent = consent.clean(request.httprequest.user_agent.string)
    return {"ip": request.httprequest.remote_addr, "user_agent": agent[:MAX_AGENT]}


def visitor():
    """The same of somebody who opens a link; ``None`` where it is a program that looks at mails, or one of ours."""
    headers = request.httprequest.headers
    if (
        request.httprequest.method != "GET" or agents.is_machine(request.httprequest.user_agent.string)
        or headers.get("Odoo-Link-Preview") == "True"  # as core (sale, portal_order_page)
        or any("fetch" in headers.get(name, "") or "preview" in headers.get(name, "") for name in PREFETCH)
        or not request.env.user.share
    ):
        return None
    return origin()


class Guard:
    """Limits of public pages: whoever guesses or floods is turned away.

    No controller itself: Odoo makes one of all controllers that come from the same one.
    """

    def _attempts(self):
        # sudo: the counter is the system's
        return request.env["document.consent.attempt"].sudo()

    def _check_blocked(self):
        if self._attempts()._is_blocked("token", self._network()):
            self._too_many()

    def _turn_away(self, number):
        if not self._attempts()._take("token", self._network(), number):
            self._too_many()
        raise nothing_there()

    def _count(self, what, number):
        if not self._attempts()._take(what, self._network(), number):
            self._too_many()

    def _too_many(self):
        raise _plain_page("document_dispatch.too_many_page", 429, [("Retry-After", "3600")])

    def _network(self):
        """Whom to count as one: an IPv6 customer has a whole /64."""
        ip = ipaddress.ip_address(request.httprequest.remote_addr)
        return str(ip if ip.version == 4 else ipaddress.ip_network((ip, 64), strict=False))
