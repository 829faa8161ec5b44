import { registry } from "@web/core/registry";
import { openMenu } from "@document_dispatch/../tests/tours/menu_steps";

/** The administrator adds a kind that is suggested: payment receipts. */
registry.category("web_tour.tours").add("document_dispatch_suggested_kind", {
    steps: () => [
        ...openMenu("menu_configuration", "menu_type"),
        {
            content: "What is suggested",
            trigger: "button[name='action_suggest']",
            run: "click",
        },
        {
            content: "One click",
            trigger: ".modal .o_data_row:contains('Payment Receipt') button[name='action_add']",
            run: "click",
        },
        {
            content: "The type is there, with its text",
            trigger:
                "body:not(:has(.modal)) .o_form_view:has(.o_field_widget[name='source_model']):has(.o_field_widget[name='mail_template_id'])",
        },
        {
            content: "It says what it does not do",
            trigger: ".o_form_view .alert[name='about_records']:contains('is not sent automatically')",
        },
    ],
});

/** The receipt of a payment goes from Odoo's own window, into the log. */
registry.category("web_tour.tours").add("document_dispatch_payment_receipt", {
    steps: () => [
        {
            content: "Open the actions",
            trigger: ".o_control_panel .o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Odoo's own",
            trigger: ".o-dropdown--menu .o_menu_item:contains('Send receipt by email')",
            run: "click",
        },
        {
            content: "Who gets it, and why",
            trigger: ".modal .o_field_widget[name='dispatch_reasons']:contains('rui@silva.example.com')",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_mail']:visible",
            run: "click",
        },
        {
            content: "The chatter has it",
            trigger: "body:not(:has(.modal)) .o-mail-Message:contains('receipt')",
        },
        ...openMenu("menu_outbox", "menu_dispatch"),
        {
            content: "The log has it, sent",
            trigger: ".o_list_view .o_data_row:contains('Payment Receipt'):contains('Sent') td[name='document_name']",
            run: "click",
        },
        {
            content: "With its outcome",
            trigger:
                ".o_form_view .o_field_widget[name='recipient_ids'] .o_data_row:contains('rui@silva.example.com'):contains('Accepted')",
        },
    ],
});
