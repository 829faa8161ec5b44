import { registry } from "@web/core/registry";
import { openMenu } from "@document_dispatch/../tests/tours/menu_steps";

/** The clerk sends an invoice on another day, finds it waiting in the outbox, and has it go before. */
registry.category("web_tour.tours").add("document_dispatch_at_time", {
    steps: () => [
        {
            content: "Open the window",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "Say when",
            trigger: ".modal .o_field_widget[name='dispatch_send_on'] input",
            run: "edit 12/31/2030 08:00:00 && press Enter",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "The invoice says that it waits, and until when",
            timeout: 60000,
            trigger:
                "body:not(:has(.modal)) .o_form_view:has(.o_field_widget[name='dispatch_state']:contains('Waiting')) .o_field_widget[name='dispatch_scheduled_date']:contains('Dec 31')",
        },
        {
            content: "Follow it to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "Open it",
            trigger: ".o_list_view .o_data_row:contains('Waiting') td[name='document_name']",
            run: "click",
        },
        {
            content: "It says when it goes",
            trigger:
                ".o_form_view .o_field_widget[name='what_next']:contains('It will be sent on Tuesday, 31 December 2030')",
        },
        {
            content: "Another time",
            trigger: "button[name='action_reschedule']",
            run: "click",
        },
        {
            content: "A day that is over",
            trigger: ".modal .o_field_widget[name='date'] input",
            run: "edit 01/01/2020 08:00:00 && press Enter",
        },
        {
            content: "Move it",
            trigger: ".modal button[name='action_move']",
            run: "click",
        },
        {
            content: "That cannot be",
            trigger: ".modal:contains('is in the past. Choose a time in the future') .btn-primary",
            run: "click",
        },
        {
            content: "Leave it",
            trigger: ".modal footer button:contains('Cancel')",
            run: "click",
        },
        {
            content: "Now, then",
            trigger: "body:not(:has(.modal)) button[name='action_send_now']",
            run: "click",
        },
        {
            content: "It went",
            timeout: 60000,
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Sent')",
        },
    ],
});

/** A customer wants their invoices once a week: the window says so, and the outbox until when it waits. */
registry.category("web_tour.tours").add("document_dispatch_collection", {
    steps: () => [
        {
            content: "Open the window",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "It goes with the others of the week, and the customer's number stands in the subject",
            trigger:
                ".modal:has(.o_field_widget[name='subject'] input:value('[Fornecedor 4711]')) .o_field_widget[name='dispatch_collection']:contains('periodic delivery on Friday')",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "The invoice waits",
            timeout: 60000,
            trigger:
                "body:not(:has(.modal)) .o_form_view:has(.o_field_widget[name='dispatch_scheduled_date']) .o_field_widget[name='dispatch_state']:contains('Waiting')",
        },
        {
            content: "Follow it to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "Open it",
            trigger: ".o_list_view .o_data_row:contains('Waiting') td[name='document_name']",
            run: "click",
        },
        {
            content: "It says with which collection it goes",
            trigger: ".o_form_view .o_field_widget[name='what_next']:contains('periodic delivery on Friday')",
        },
    ],
});

/** The manager has a rule leave out days off, and statements go once a month. */
registry.category("web_tour.tours").add("document_dispatch_holiday", {
    steps: () => [
        ...openMenu("menu_configuration", "menu_rule"),
        {
            content: "Open the rule",
            trigger: ".o_data_row:contains('Faturas do dia') .o_data_cell[name='name']",
            run: "click",
        },
        {
            content: "It runs every day",
            trigger: ".o_field_widget[name='sentence']:contains('Every day at 08:00')",
        },
        {
            content: "On working days only",
            trigger: ".o_field_widget[name='calendar_id'] input",
            run: "edit Dias do escritório",
        },
        {
            content: "Those of the office",
            trigger: ".o-autocomplete--dropdown-item:contains('Dias do escritório')",
            run: "click",
        },
        {
            content: "It says so",
            trigger: ".o_field_widget[name='sentence']:contains('Every working day at 08:00')",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It runs after the holidays",
            trigger: ".o_form_saved .o_field_widget[name='sentence']:contains('The next run is on')",
        },
    ],
});
