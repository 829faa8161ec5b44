from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount

#: What a kind must answer: method → (the default, fields that it is content with)
REQUIRED = {}


def required(*names):
    """Mark what each kind must answer itself, unless it has these fields.

    What is left out answers that nothing goes: nothing fails at a click, see ``_dispatch_get_left_out``.

    :param names: of fields, or of attributes of the kind that hold such a name
    """
    def mark(method):
        REQUIRED[method.__name__] = (method, names)
        return method
    return mark


class DocumentDispatchMixin(models.AbstractModel):
    """What a kind of document says of itself: all that it must, and all that it may.

    A kind is one class that inherits this mixin *before* its own model, so that core's methods come after ours::

        _name = "purchase.order"
        _inherit = ["document.dispatch.mixin", "purchase.order"]

    Access, report, Send Again, previews and choices follow from the class. ``doc/developer.md`` has a whole one.
    """

    _inherit = "document.dispatch.mixin"

    #: Its methods after which documents are done: rules that send at once take them
    _dispatch_done_methods = ()
    #: Its methods after which documents go to nobody: what waits is withdrawn. Those that do it, not those that ask
    _dispatch_withdrawn_methods = ()
    #: Its methods by which documents go back to draft: what comes then is a new revision
    _dispatch_revision_methods = ()
    #: Fields from which the type of a document follows, where that changes
    _dispatch_type_depends = ()
    #: The field of its date, a day or a moment
    _dispatch_date_field = "date"
    #: Its method that opens core's window which sends one of them
    _dispatch_send_method = None
    #: The key in the context by which core's window says that a message is the document's mail
    _dispatch_sent_mark = None

    # ------------------------------------------------------------------
    # What a kind must answer
    # ------------------------------------------------------------------

    @required()
    def _dispatch_type_code(self):
        """The code of the type under which this document goes now, or ``False`` if it never goes."""
        return False

    @api.model
    @required()
    def _dispatch_rule_domain(self, codes):
        """Which documents a rule for types with these codes may take, whatever else it says."""
        return Domain.FALSE

    @required()
    def _dispatch_default_report(self):
        """The report that prints this document when its type names none."""
        return self.env["ir.actions.report"]

    @required("name")
    def _dispatch_name(self):
        """The number under which the customer knows this document; Send Again looks for ``name``."""
        return self.name

    @required("partner_id")
    def _dispatch_partner(self):
        """The partner to whom this document is addressed."""
        return self.partner_id

    @required("message_ids")
    def _dispatch_thread(self):
        """The record in whose chatter the mails stand, and to whose page their links lead."""
        return self

    @required("_dispatch_date_field")
    def _dispatch_date(self):
        """The date that stands on this document."""
        return self._dispatch_day_of(self[self._dispatch_date_field])

    @api.model
    @required("_dispatch_date_field")
    def _dispatch_date_domain(self, day, basis):
        """Documents of this day or later.

        :param str basis: ``issue`` or ``sale``, see ``document.dispatch.rule.date_basis``
        """
        is_moment = self._fields[self._dispatch_date_field].type == "datetime"
        return Domain(self._dispatch_date_field, ">=", self._dispatch_first_moment(day) if is_moment else day)

    @api.model
    def _dispatch_day_of(self, date):
        """The day of a date or of a moment (UTC without time zone), on the clock of who asks."""
        return fields.Datetime.context_timestamp(self, date).date() if isinstance(date, datetime) else date

    @api.model
    def _dispatch_first_moment(self, day):
        """When a day begins on the clock of who asks, for a rule that of its time zone; in UTC without time zone."""
        timezone = ZoneInfo(self.env.context.get("tz") or "UTC")
        return datetime.combine(day, time(), timezone).astimezone(UTC).replace(tzinfo=None)

    # ------------------------------------------------------------------
    # What a kind may answer: whether and when a document goes
    # ------------------------------------------------------------------

    def _dispatch_blocking_reason(self, code):
        """Why this document cannot go now as a document of this type, in words; empty when it can."""
        return "" if code and code == self._dispatch_type_code() else self.env._("It is not to be sent as it is now.")

    def _dispatch_warnings(self):
        """What a person should see before this document goes by itself, in words; empty when nothing."""
        return ""

    @api.model
    def _dispatch_wanted_domain(self):
        """Documents whose customers want to get them without asking; a rule leaves the others alone."""
        return Domain.TRUE

    @api.model
    def _dispatch_preview_domain(self, codes):
        """Which documents the preview of a rule for these codes speaks of, those that do not go among them."""
        return self._dispatch_rule_domain([*codes, "proforma"])

    @api.model
    def _dispatch_import_external_files(self, rule):
        """Before a rule plans: find documents that others keep in places of their own."""

    @api.model
    def _dispatch_find_for_preview(self, rule):
        """Before a rule is previewed: find documents as :meth:`_dispatch_import_external_files`, and send nothing."""

    @api.model
    def _dispatch_condition_domain(self, condition, model):
        """Documents that meet the free condition of a rule.

        :param condition: on the records for which its texts are written
        :param str model: of these
        """
        return condition

    def _dispatch_going_back(self):
        """Those of these documents that one of ``_dispatch_revision_methods`` is about to bring back to draft."""
        return self

    # ------------------------------------------------------------------
    # What it may answer: with what, and to whose eyes
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_kind_name(self):
        """What administrators call this kind."""
        return self.env["ir.model"]._get(self._name).name or self._name

    def _dispatch_description(self):
        """What this document is called on the button in the mail, in the language of the context."""
        return self.type_name if "type_name" in self._fields else self._dispatch_type().name

    def _dispatch_currency(self):
        """In which its amounts are."""
        return self.currency_id if "currency_id" in self._fields else self.company_id.currency_id

    def _dispatch_text_amounts(self):
        """``{name: amount}`` of this document, in its currency."""
        names = {"amount": "amount_total", "untaxed": "amount_untaxed", "tax": "amount_tax"}
        return {name: self[field] for name, field in names.items() if field in self._fields}

    def _dispatch_enclosure(self):
        """What a cover letter says of this document, in the language of the context."""
        amount = self._dispatch_text_amounts().get("amount", False)
        return {
            "kind": self.dispatch_kind, "name": self._dispatch_name(), "date": self._dispatch_date(),
            "amount": amount, "currency": amount is not False and self._dispatch_currency(),
        }

    def _dispatch_mail_head(self):
        """What stands above the text of its mail, to be seen at a glance, in the language of the context.

        :return: ``{kind, name, amount, details}``: texts, the amount with its currency; ``details`` are lines of a
            label and a text. What is empty or missing is not shown
        """
        enclosure = self._dispatch_enclosure()
        return {
            "kind": enclosure["kind"], "name": enclosure["name"], "details": [],
            "amount": self._dispatch_format_amount(enclosure["amount"], enclosure["currency"]),
        }

    @api.model
    def _dispatch_format_amount(self, amount, currency):
        """An amount as customers read it; empty where there is none (``False``)."""
        return "" if amount is False else format_amount(self.env, amount, currency)

    def _dispatch_text_record(self):
        """The record for which texts and reports of this document are written."""
        return self

    def _dispatch_own_text(self, lang):
        """Subject and body, where the document carries a text of its own instead of the type's."""
        return {}

    def _dispatch_own_template(self):
        """The text that somebody chose for this very document in Odoo, instead of its type's; mostly empty."""
        return self.env["mail.template"]

    def _dispatch_narrowing(self):
        """By what its type may be narrowed: ``{field: id}``, see ``document.dispatch.type._get_narrowing_models``."""
        return {}

    @api.model
    def _dispatch_narrowing_domain(self, name, value):
        """The documents for which :meth:`_dispatch_narrowing` says this.

        :param str name: the field of ``document.dispatch.type``
        :param int value: its id
        """
        return Domain(name, "=", value)

    def _dispatch_make_files(self, template, report):
        """Make the files of these documents: ``{document: ir.attachment}``; by default what the text names.

        :param template: the text, which may name reports and files
        :param report: the report to print; empty: the document's own choice

        Raises where one cannot be made; the caller isolates the culprit.
        """
        raise NotImplementedError(self._name)

    def _dispatch_draw_files(self, template, report):
        """Have the pages drawn that :meth:`_dispatch_make_files` will ask for, and write nothing.

        So that no transaction waits for them. What is not drawn here is drawn while it is made.
        """

    def _dispatch_for_print(self):
        """These documents as a print run makes them."""
        return self

    def _dispatch_page_attachment(self):
        """The file that the customer gets from their page, of a document that is one; empty where they get none."""
        return self.env["ir.attachment"]

    def _dispatch_carries_page(self):
        """Tell whether mails with this document carry the link to the customer's page."""
        return True

    def _dispatch_places(self):
        """What stands in the document's own text for secret links of its customer."""
        return ()

    def _dispatch_links__(self):
        """``{place: path}`` of these links, for a mail that only the customer reads."""
        return {}

    def _dispatch_window_action(self):
        """The action that opens the window which sends this one document; without one, the document itself.

        :raise UserError: it cannot go
        """
        if not self._dispatch_send_method:
            return self._get_records_action()
        if blocking_reason := self._dispatch_blocking_reason(self._dispatch_type_code()):
            raise UserError(blocking_reason)
        return getattr(self, self._dispatch_send_method)()

    def _dispatch_open_action(self):
        """The action that opens this document, or the record in whose chatter its mails stand."""
        return self._dispatch_thread()._get_records_action()

    # ------------------------------------------------------------------
    # What it may do when something happened to its documents, or to their dispatches
    # ------------------------------------------------------------------

    def _dispatch_done(self):
        """One of ``_dispatch_done_methods`` was called for these documents."""

    def _dispatch_withdrawn(self):
        """One of ``_dispatch_withdrawn_methods`` was called for these documents."""
        self._dispatch_withdraw(self.env._("The document was cancelled."))

    def _dispatch_accepted(self):
        """The mail server took mails with these documents, or they were sent by post."""

    def _dispatch_came_back(self):
        """Every mail with these documents came back: nobody has them after all."""

    def _dispatch_printed(self):
        """These documents were printed; nobody has them yet."""

    def _dispatch_not_sent_by_post(self):
        """Somebody takes back that these documents were sent by post, and nobody has them by mail."""
        self._dispatch_came_back()

    # ------------------------------------------------------------------
    # What the report says of its documents
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_report_domain(self, code):
        """The documents of a type's code of which the report tells what became: those that a rule may take."""
        return self._dispatch_rule_domain([code])

    @api.model
    def _dispatch_report_columns(self, query, table=None):
        """``{column: SQL}`` of the report, for the documents of a query of this kind; what is not there is empty.

        :param str table: their alias in the query, where its own table is another one
        """
        def column(name):
            field = self._fields.get(name)
            return field and field.store and self._field_to_sql(table or query.table, name, query) or SQL("NULL")

        rate = column("currency_rate")  # of the document's currency to the company's
        return {
            "date": SQL("(%s)::date", column(self._dispatch_date_field)), "user_id": column("user_id"),
            "amount": SQL("%s / COALESCE(NULLIF(%s, 0), 1)", column("amount_total"), rate),
            "document_name": column("name"), **{name: column(name) for name in (
                "company_id", "partner_id", "dispatch_state", "dispatch_exclude_reason")},
        }

    # ------------------------------------------------------------------
    # Whether a kind says all that it must
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_get_left_out(self):
        """Names of what this kind must answer and does not; while there are any, it is switched off."""
        kind, known = type(self), self._fields
        left_out = [
            method for method, (default, names) in REQUIRED.items()
            if getattr(kind, method) is default
            and not (names and all(getattr(kind, name, name) in known if name[0] == "_" else name in known
                                   for name in names))
        ]
        if "company_id" not in known:
            left_out.append("company_id")
        bases = kind.mro()
        thread = self.pool.get("mail.thread")
        if thread in bases and bases.index(self.pool["document.dispatch.mixin"]) > bases.index(thread):
            left_out.append("_inherit")  # core's methods would come before ours
        return left_out

    @api.model
    def _dispatch_describe_faults(self):
        """What is wrong with this kind, one sentence each, for whoever can tell its developer."""
        if left_out := self._dispatch_get_left_out():
            yield self.env._(
                "The documents “%(model)s” are switched off: their module leaves out %(names)s. Tell its developer.",
                model=self._name, names=", ".join(left_out))
        if missing := [name for names in self._dispatch_get_marked_methods().values() for name in names
                       if not callable(getattr(type(self), name, None))]:
            yield self.env._(
                "Their module says of the documents “%(model)s” that they have %(names)s, which they do not. Tell its "
                "developer.", model=self._name, names=", ".join(missing))

    @api.model
    def _dispatch_get_marked_methods(self):
        """``{hook: names}``: after which methods of this kind what is to be done."""
        marked = {
            "_dispatch_done": self._dispatch_done_methods, "_dispatch_withdrawn": self._dispatch_withdrawn_methods,
            "_dispatch_new_revision": self._dispatch_revision_methods,
        }
        return {hook: (names,) if isinstance(names, str) else tuple(names) for hook, names in marked.items()}
