"""The views of which pictures are taken: where each is, how one gets there, how high it is."""

from dataclasses import dataclass

ACTION = "/odoo/action-document_dispatch"
INVOICE = "/odoo/action-account.action_move_out_invoice_type/{invoice}"
OVERVIEW = "app:document_dispatch.menu_overview"
FORM, LIST, WINDOW = ".o_form_view .o_form_sheet", ".o_list_view .o_data_row", ".modal .o_form_view"


@dataclass(frozen=True)
class View:
    """A view; ``address`` may name places in braces.

    ``steps`` are selectors that are clicked one after the other, ``do:`` with an action that is opened, or ``app:``
    with a menu; ``ready`` is there when the view is. ``pdf`` is a file instead of an address, of which a page is shown.
    ``wide_only``: a phone has its buttons elsewhere.
    """

    name: str
    address: str = ""
    ready: str = FORM
    steps: tuple = ()
    height: int = 768
    company: str = "aurora"
    published: bool = False
    wide_only: bool = False
    pdf: str = ""
    page: int = 0


VIEWS = [
    View("overview", f"{ACTION}.document_dispatch_action", ".o_field_widget[name='chart'] canvas", (OVERVIEW,), 1050),
    View("first-steps", f"{ACTION}.document_dispatch_action", "div[name='setup_steps']", (OVERVIEW,), 700, "vistula"),
    View("outbox", f"{ACTION}.document_dispatch_action", LIST, published=True),
    View("review", f"{ACTION}.document_dispatch_action_review", LIST, height=500),
    View("dispatch", f"{ACTION}.document_dispatch_action/{{partly}}", published=True),
    View("rules", f"{ACTION}.document_dispatch_rule_action", LIST, height=500),
    View("rule", f"{ACTION}.document_dispatch_rule_action/{{rule}}", height=900, published=True),
    View("preview", f"{ACTION}.document_dispatch_rule_action/{{rule}}", f"{WINDOW} .o_data_row",
         ("button[name='action_preview']",), wide_only=True),
    View("contact", "/odoo/action-account.res_partner_action_customer/{customer}",
         ".o_field_widget[name='dispatch_overview'] table", (".o_notebook .nav-link[name='document_dispatch']",), 1180,
         published=True),
    View("send", INVOICE.replace("invoice}", "fresh}"), f"{WINDOW} .o_field_widget[name='dispatch_file_ids']",
         ("button[name='action_invoice_sent']",), 900, published=True),
    View("fiscal", INVOICE, ".o_field_widget[name='dispatch_file_ids'] .o_data_row",
         (".o_notebook .nav-link[name='dispatch_files']",), 720, published=True),
    View("tray", f"{ACTION}.document_dispatch_action_paper", LIST, height=500),
    View("tray-print", f"{ACTION}.document_dispatch_action_paper", WINDOW, ("button[name='action_print_tray']",), 560),
    View("print-run", f"{ACTION}.document_dispatch_print_action/{{print}}", height=560),
    View("cover-letter", pdf="print.pdf", published=True),
    View("report-pivot", f"{ACTION}.document_dispatch_report_action", ".o_pivot table", height=640),
    View("report", f"{ACTION}.document_dispatch_report_action", ".o_graph_renderer canvas",
         (".o_switch_view.o_graph",), 640, published=True, wide_only=True),
    View("ledger", f"{ACTION}.document_consent_action", LIST, height=480, published=True),
    View("consent-page", "{consent}", "details[open] button", ("details:nth-of-type(2) summary",), 860, published=True),
    View("customer-page", "{page}", "main", height=900, published=True),
    View("types", f"{ACTION}.document_dispatch_type_action", LIST, height=600),
    View("type", f"{ACTION}.document_dispatch_type_action/{{type}}", height=600),
    View("settings", f"{ACTION}.res_config_settings_action", ".app_settings_block[data-key='document_dispatch']",
         height=1900),
    View("letter-window", f"{ACTION}.document_letter_action", WINDOW,
         ("do:document_dispatch.document_letter_window_action",), 1000),
    View("statement-window", f"{ACTION}.document_statement_action", WINDOW,
         ("do:document_dispatch.document_statement_window_action",), 700),
    View("letters", f"{ACTION}.document_letter_action", LIST, height=500),
    View("quotations", f"{ACTION}.sale_order_dispatch_action", LIST, height=500),
    View("send-again", f"{ACTION}.document_dispatch_action", WINDOW,
         ("do:document_dispatch.document_dispatch_resend_action",)),
    View("addresses", f"{ACTION}.document_dispatch_recipient_action", LIST),
    View("app-page", "/odoo/action-base.open_module_tree/{module}", ".o_field_html img", height=3000),
    View("who-receives-what", f"{ACTION}.document_dispatch_flags_action", WINDOW),
]
