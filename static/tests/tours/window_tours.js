import { registry } from "@web/core/registry";
import { openMenu } from "@document_dispatch/../tests/tours/menu_steps";

const methods = ".o_field_widget[name='sending_method_checkboxes']";
const editor = ".modal .o_field_widget[name='body'] .odoo-editor-editable";

/** Chooses all invoices of the list, and opens the window for several. */
function sendAll(count) {
    return [
        {
            content: "The list is there",
            trigger: `.o_list_view .o_data_row:nth-of-type(${count})`,
        },
        {
            content: "Choose all",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Send",
            trigger: ".o_control_panel button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
    ];
}

/** Posting opens the window; the clerk types one more address and writes a sentence of their own. */
registry.category("web_tour.tours").add("document_dispatch_post_and_send", {
    steps: () => [
        {
            content: "Post the invoice",
            trigger: "button[name='action_post']:contains('Confirm')",
            run: "click",
        },
        {
            content: "The window is there at once, with the flagged contacts and their reasons",
            trigger: ".modal .o_field_widget[name='dispatch_reasons']:contains('Invoice flag on the contact')",
        },
        {
            content: "It comes from the company",
            trigger:
                ".modal .o_field_widget[name='dispatch_from'] input:value('\"Aurora Equipamentos Ltda\" <faturas@aurora.example.com>')",
        },
        {
            content: "Nobody has written for this customer yet",
            trigger: ".modal:not(:has(.o_field_widget[name='dispatch_text']))",
        },
        {
            content: "Type two more addresses",
            trigger: ".modal .o_field_widget[name='dispatch_emails'] input",
            run: "edit compras@silva.example.com; Dona Marta <marta@silva.example.com>",
        },
        {
            content: "Write a sentence of one's own",
            trigger: `${editor} p:contains('Here is your invoice')`,
            run: "editor Segue a fatura, como combinado por telefone.",
        },
        {
            content: "It stands there",
            trigger: `${editor}:contains('como combinado por telefone')`,
        },
        {
            content: "A copy to me",
            trigger: ".modal .o_field_widget[name='dispatch_copy_to_me'] input",
            run: "check",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "The invoice says that the server took it",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='dispatch_state']:contains('Sent')",
        },
    ],
});

/** The next invoice of the same customer: the last text is offered, taken, and can be forgotten. */
registry.category("web_tour.tours").add("document_dispatch_last_text", {
    steps: () => [
        {
            content: "Open the window",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "The text is the original",
            trigger: `${editor}:contains('Here is your invoice')`,
        },
        {
            content: "Take the last one",
            trigger: ".modal .o_field_widget[name='dispatch_text'] .o_radio_item:contains('Last text') input",
            run: "click",
        },
        {
            content: "The sentence is there, with this invoice's amount",
            trigger: `${editor}:contains('como combinado por telefone'):contains('777.00')`,
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "It went",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='dispatch_state']:contains('Sent')",
        },
        {
            content: "Open the window again",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "Forget the text",
            trigger: ".modal button[name='action_dispatch_forget']",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal:contains('Continue?') .btn-primary",
            run: "click",
        },
        {
            content: "The original is there, and nothing else to choose",
            trigger:
                ".modal:not(:has(.o_field_widget[name='dispatch_text'])) .o_field_widget[name='body'] .odoo-editor-editable:contains('Here is your invoice')",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains('Discard')",
            run: "click",
        },
    ],
});

/** A customer who refuses e-mail: one box says since when, e-mail is disabled, and paper is ticked. */
registry.category("web_tour.tours").add("document_dispatch_refused", {
    steps: () => [
        {
            content: "Open the window",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "It says why not, once",
            trigger: ".modal .alert:contains('has refused e-mail since'):contains('will be added to the paper tray')",
            run() {
                if (document.querySelectorAll(".modal .alert").length !== 1) {
                    throw new Error("It is said twice");
                }
            },
        },
        {
            content: "E-mail cannot be ticked, and says why; paper is ticked",
            trigger: `.modal ${methods}:has(#email:disabled):has(#paper:checked):contains('by Email (The customer refuses e-mail)')`,
        },
        {
            content: "There is nothing of a mail in the window",
            trigger: `.modal:not(:has(.o_field_widget[name='body'], .o_field_widget[name='mail_attachments_widget'], .o_field_widget[name='template_id'])) button[name='action_dispatch_print']:contains('Print Now')`,
        },
        {
            content: "Into the tray",
            trigger: ".modal button[name='action_dispatch_paper']:contains('Add to Paper Tray')",
            run: "click",
        },
        {
            content: "A word of it",
            trigger: ".o_notification:contains('It lies in the paper tray')",
        },
        {
            content: "The invoice says so",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='dispatch_state']:contains('Paper tray')",
        },
    ],
});

/** One row for how it goes: paper and a mail exclude each other, and the typed address is kept. */
registry.category("web_tour.tours").add("document_dispatch_methods", {
    steps: () => [
        {
            content: "Open the window",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "E-mail is ticked, in the one row of all",
            trigger: `.modal:not(:has(.o_field_widget[name='dispatch_channel'])) ${methods}:has(#email:checked)`,
        },
        {
            content: "On paper",
            trigger: `.modal ${methods} #paper`,
            run: "click",
        },
        {
            content: "Then it is no mail",
            trigger: `.modal:has(button[name='action_dispatch_paper']):not(:has(button[name='action_send_and_print'])) ${methods}:has(#email:not(:checked)):has(#paper:checked)`,
        },
        {
            content: "By e-mail after all",
            trigger: `.modal ${methods} #email`,
            run: "click",
        },
        {
            content: "Then it is not on paper",
            trigger: `.modal ${methods}:has(#email:checked):has(#paper:not(:checked))`,
        },
        {
            content: "One more address",
            trigger: ".modal .o_field_widget[name='dispatch_emails'] input",
            run: "edit kasa@nowak.example.com && press Tab",
        },
        {
            content: "To be kept",
            trigger: ".modal .o_field_widget[name='dispatch_save_address'] input",
            run: "check",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "What became of it is said, with a way to the dispatch",
            trigger: ".o_notification:contains('Accepted for 2 recipients') button:contains('Show')",
            run: "click",
        },
        {
            content: "There it is",
            trigger:
                ".o_form_view .o_field_widget[name='recipient_ids'] .o_data_row:contains('kasa@nowak.example.com'):contains('Accepted')",
        },
    ],
});

/** An address was wrong: it is corrected, on the contact too, and nothing needs a look any more. */
registry.category("web_tour.tours").add("document_dispatch_correct", {
    steps: () => [
        ...openMenu("menu_outbox", "menu_problem"),
        {
            content: "Open the dispatch",
            trigger: ".o_list_view .o_data_row:contains('Sent in part') td[name='document_name']",
            run: "click",
        },
        {
            content: "The box says what to do",
            trigger: ".o_form_view .alert-danger:contains('Correct Address')",
        },
        {
            content: "Correct it",
            trigger:
                ".o_field_widget[name='recipient_ids'] .o_data_row:contains('rui@silva.example.com') button[name='action_correct']",
            run: "click",
        },
        {
            content: "Whose address it is, and what was said",
            trigger: ".modal .o_field_widget[name='reply']:contains('no such user')",
        },
        {
            content: "The right one",
            trigger: ".modal .o_field_widget[name='email'] input",
            run: "edit rui.lopes@silva.example.com",
        },
        {
            content: "Send",
            trigger: ".modal:has(.o_field_widget[name='save_address'] input:checked) button[name='action_send']",
            run: "click",
        },
        {
            content: "It went",
            trigger: ".o_notification:contains('Accepted for rui.lopes@silva.example.com')",
        },
        {
            content: "The old dispatch is settled",
            trigger:
                ".o_form_view:not(:has(.alert-danger)) .o_statusbar_status .o_arrow_button_current:contains('Sent')",
        },
        {
            content: "And says where it went instead",
            trigger:
                ".o_field_widget[name='recipient_ids'] .o_data_row:contains('rui@silva.example.com'):contains('Cancelled') td[name='corrected_id']:not(:empty)",
        },
        ...openMenu("menu_outbox", "menu_problem"),
        {
            content: "Nothing needs a look",
            trigger: ".o_view_nocontent:contains('No problems')",
        },
    ],
});

/** Three invoices, one window after another: send, skip, stop. */
registry.category("web_tour.tours").add("document_dispatch_one_by_one", {
    steps: () => [
        ...sendAll(3),
        {
            content: "One after another",
            trigger: ".modal .o_field_widget[name='dispatch_grouping'] .o_radio_item:contains('One by one') input",
            run: "click",
        },
        {
            content: "Go",
            trigger: ".modal button[name='action_send_and_print']",
            run: "click",
        },
        {
            content: "The first of three",
            trigger: ".modal .o_field_widget[name='dispatch_queue_label']:contains('1 of 3')",
        },
        {
            content: "Send it",
            trigger:
                ".modal:has(.o_field_widget[name='dispatch_queue_label']:contains('1 of 3')) button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "Skip the second",
            trigger:
                ".modal:has(.o_field_widget[name='dispatch_queue_label']:contains('2 of 3')) button[name='action_dispatch_skip']",
            run: "click",
        },
        {
            content: "Stop at the third",
            trigger:
                ".modal:has(.o_field_widget[name='dispatch_queue_label']:contains('3 of 3')) button[name='action_dispatch_stop']",
            run: "click",
        },
        {
            content: "The result stands there",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='sent']:contains('1')",
        },
        {
            content: "And what was not looked at",
            trigger: ".o_form_view .o_field_widget[name='left_out']:contains('Documents not reviewed: 1')",
        },
    ],
});

/** Three invoices of two customers: one mail for each. */
registry.category("web_tour.tours").add("document_dispatch_bundle", {
    steps: () => [
        ...sendAll(3),
        {
            content: "The summary says what will happen",
            trigger:
                ".modal .o_field_widget[name='dispatch_by_mail']:contains('Documents: 3, customers: 2, addresses: 3')",
        },
        {
            content: "One mail for each customer",
            trigger:
                ".modal .o_field_widget[name='dispatch_grouping'] .o_radio_item:contains('One e-mail per customer') input",
            run: "click",
        },
        {
            content: "Go",
            trigger: ".modal button[name='action_send_and_print']",
            run: "click",
        },
        {
            content: "The page with the progress",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='progress']:contains('100')",
        },
        {
            content: "All of them went",
            trigger: ".o_form_view .o_field_widget[name='sent']:contains('3')",
        },
        {
            content: "Follow them to the log",
            trigger: ".o_form_view button[name='action_view_dispatches']:contains('View Documents')",
            run: "click",
        },
        {
            content: "A row for each document",
            trigger: ".o_list_view .o_data_row:nth-of-type(3):contains('Sent')",
        },
    ],
});

/** A quotation goes to an address that is only typed. */
registry.category("web_tour.tours").add("document_dispatch_quotation", {
    steps: () => [
        {
            content: "Open the window",
            trigger: "button[name='action_quotation_send']",
            run: "click",
        },
        {
            content: "Nobody is known at this customer",
            trigger: ".modal .alert:contains('no valid e-mail address')",
        },
        {
            content: "Type an address",
            trigger: ".modal .o_field_widget[name='dispatch_emails'] input",
            run: "edit gerencia@gomez.example.com",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_mail']:enabled:contains('Send')",
            run: "click",
        },
        {
            content: "It went",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='dispatch_state']:contains('Sent')",
        },
        {
            content: "And the quotation is sent, as in Odoo",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Quotation Sent')",
        },
    ],
});

/** Send again by number: what was found, what not, to whom it went. */
registry.category("web_tour.tours").add("document_dispatch_send_again", {
    steps: () => [
        ...openMenu("menu_outbox", "menu_resend"),
        {
            content: "Type numbers as they come",
            trigger: ".modal .o_field_widget[name='numbers'] textarea",
            run: "edit INV-TOUR-7, S99999",
        },
        {
            content: "Find",
            trigger: ".modal button[name='action_find']",
            run: "click",
        },
        {
            content: "One is not there",
            trigger: ".modal .alert:contains('S99999')",
        },
        {
            content: "The other went to two people",
            trigger: ".modal .o_data_row:contains('ana@silva.example.com'):contains('Sent')",
        },
        {
            content: "Each of them can be taken out",
            trigger:
                ".modal .o_field_widget[name='recipient_ids'] .o_data_row:contains('rui@silva.example.com'):contains('Accepted')",
        },
        {
            content: "One more address, to be kept",
            trigger: ".modal .o_field_widget[name='emails'] input",
            run: "edit compras@silva.example.com && press Tab",
        },
        {
            content: "Keep it",
            trigger: ".modal .o_field_widget[name='save_address'] input",
            run: "check",
        },
        {
            content: "Send again",
            trigger: ".modal button[name='action_send']",
            run: "click",
        },
        {
            content: "A new row in the log",
            trigger:
                "body:not(:has(.modal)) .o_list_view .o_data_row:contains('compras@silva.example.com'):contains('Sent')",
        },
    ],
});
