"""Replies of real mail servers: whose fault they are, and what follows of it."""

import unittest

from tools.mail import blame
from tools.mail.blame import judge

#: Provider, phase, reply → whose fault, cause. The source in the last column: the page or thread where it was seen.
REPLIES = (
    # Gmail, Google Workspace
    ("gmail", "mail", "550 5.4.5 Daily user sending quota exceeded. o65sm25351206pga.71 - gsmtp",
     "account", "day", "github.com/gen-smtp/gen_smtp/issues/140"),
    ("gmail", "data", "550 5.4.5 Daily user sending quota exceeded. s5sm12197523qke.120 - gsmtp",
     "account", "day", "github.com/PHPMailer/PHPMailer/issues/2113"),
    ("gmail", "dot", "550 5.4.5 Daily user sending quota exceeded. s124sm6149838wme.29 - gsmtp",
     "account", "day", "github.com/iiuni/projektzapisy/issues/960"),
    ("gmail", "mail", "550 5.4.5 Daily sending quota exceeded - gsmtp", "account", "day", "hromadnaposta.cz/podpora"),
    ("workspace", "data", "550-5.7.1 Daily SMTP relay limit exceeded for customer. For more information on "
     "550-5.7.1 SMTP relay sending limits please contact your administrator",
     "account", "day", "github.com/wazuh/wazuh/issues/15825"),
    ("workspace", "rcpt", "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error.",
     "account", "rate", "support.google.com/a/answer/3726730"),
    ("workspace", "rcpt", "550 5.7.0 Mail relay denied [192.0.2.7]. Invalid credentials for relay",
     "account", "login", "support.google.com/a/answer/6140680"),
    ("gmail", "mail", "530 5.5.1 Authentication Required.",
     "account", "login", "github.com/mailgun/documentation/pull/471"),
    ("gmail", "mail", "530 5.7.0 Must issue a STARTTLS command first.",
     "account", "encryption", "support.google.com/a/answer/3726730"),
    ("gmail", "auth", "535 5.7.8 Username and Password not accepted.",
     "account", "login", "support.google.com/a/answer/3726730"),
    ("gmail", "auth", "534 5.7.9 Application-specific password required.",
     "account", "login", "support.google.com/a/answer/3726730"),
    ("gmail", "auth", "534 5.7.14 Please log in via your web browser and then try again.",
     "account", "login", "support.google.com/a/answer/3726730"),
    ("gmail", "auth", "454 4.7.0 Cannot authenticate due to temporary system problem. Try again later.",
     "account", "trouble", "support.google.com/a/answer/3726730"),
    ("gmail", "auth", "454 4.7.0 Too many login attempts, please try again later.",
     "account", "trouble", "support.google.com/a/answer/3726730"),
    ("gmail", "ehlo", "421 4.7.0 Try again later, closing connection.",
     "account", "trouble", "support.google.com/a/answer/3726730"),
    ("gmail", "mail", "421 4.4.5 Server busy, try again later.",
     "account", "trouble", "support.google.com/a/answer/3726730"),
    ("gmail", "mail", "552 5.3.4 Your message exceeded Google's message size limits.",
     "message", "size", "support.google.com/a/answer/3726730"),
    ("gmail", "rcpt", "450 4.2.1 The user you are trying to contact is receiving mail too quickly.",
     "recipient", "address", "support.google.com/a/answer/3726730"),
    ("gmail", "rcpt", "452 4.2.2 The email account that you tried to reach is over quota.",
     "recipient", "address", "support.google.com/a/answer/3726730"),
    ("gmail", "rcpt", "550 5.1.1 The email account that you tried to reach does not exist.",
     "recipient", "address", "support.google.com/a/answer/3726730"),
    ("gmail", "rcpt", "555 5.5.2 Syntax error. q24sm1683625qkq.75 - gsmtp",
     "message", "form", "github.com/jstedfast/MailKit/issues/649"),
    ("gmail", "dot", "552 5.7.0 This message was blocked because its content presents a potential security issue.",
     "message", "content", "support.google.com/a/answer/3726730"),
    ("gmail", "dot", "550 5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy.",
     "message", "content", "support.google.com/a/answer/3726730"),
    # Microsoft 365, Exchange, Outlook.com
    ("microsoft 365", "auth", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for "
     "the Tenant.", "account", "login", "github.com/simonrob/email-oauth2-proxy/issues/193"),
    ("microsoft 365", "auth", "535 5.7.3 Authentication unsuccessful [SG2PR04CA0150.apcprd04.prod.outlook.com]",
     "account", "login", "github.com/gophish/gophish/issues/1822"),
    ("microsoft 365", "auth", "550 5.7.30 Basic authentication is not supported for Client Submission.",
     "account", "login", "techcommunity.microsoft.com/…/4489835"),
    ("microsoft 365", "mail", "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.139 Authentication "
     "unsuccessful", "account", "login", "github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/3124"),
    ("microsoft 365", "mail", "550 5.7.30 Basic authentication is not supported for Client Submission.",
     "account", "login", "techcommunity.microsoft.com/…/4489835"),
    ("microsoft 365", "mail", "550 5.7.60 SMTP; Client does not have permissions to send as this sender "
     "[MW2PR1901MB2155.namprd19.prod.outlook.com]", "sender", "from", "github.com/swiftmailer/swiftmailer/issues/1030"),
    ("exchange", "dot", "550 5.7.1 Client does not have permissions to send as this sender",
     "sender", "from", "github.com/nodemailer/nodemailer/issues/145"),
    ("microsoft 365", "dot", "554 5.2.252 SendAsDenied; a@outlook.com not allowed to send as b@sfb.com; "
     "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
     "sender", "from", "github.com/gophish/gophish/issues/2900"),
    ("outlook.com", "dot", "554 5.2.0 "
     "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message "
     "due to a permanent exception", "sender", "from", "github.com/rss2email/rss2email/issues/147"),
    ("microsoft 365", "dot", "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending",
     "account", "rate", "github.com/sabuhish/fastapi-mail/issues/75"),
    ("microsoft 365", "connect", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
     "account", "rate", "learn.microsoft.com smtp-submission-improvements"),
    ("outlook.com", "dot", "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message",
     "account", "blocked", "odoo addons/mail/models/mail_mail.py"),
    ("microsoft 365", "dot", "550 5.1.8 Access denied, bad outbound sender",
     "account", "blocked", "learn.microsoft.com fix-error-code-5-1-8"),
    ("microsoft 365", "dot", "550 5.7.705 Access denied, tenant has exceeded threshold.",
     "account", "blocked", "learn.microsoft.com fix-error-code-5-7-700-through-5-7-750"),
    ("microsoft 365", "mail", "550 5.7.708 Access denied, traffic not accepted from this IP.",
     "account", "blocked", "learn.microsoft.com fix-error-code-5-7-700-through-5-7-750"),
    ("microsoft 365", "rcpt", "550 5.7.64 TenantAttribution; Relay Access Denied SMTP.",
     "account", "login", "learn.microsoft.com relay-access-denied-smtp"),
    ("microsoft 365", "dot", "550 5.1.90 Your message can't be sent because you've reached your daily limit for "
     "message recipients", "account", "day", "learn.microsoft.com (from memory of the field notes)"),
    ("outlook.com", "dot", "User me@site.com has exceeded its 24-hour sending limit. Messages to 25 recipients out "
     "of 25", "account", "day", "github.com/nodemailer/nodemailer/issues/1137"),
    ("microsoft 365", "rcpt", "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
     "recipient", "address", "learn.microsoft.com ndr"),
    ("exchange", "rcpt", "550 5.7.124 Sender not in allowed-senders list",
     "recipient", "address", "learn.microsoft.com ndr"),
    # QQ, 163
    ("qq", "dot", "550 Mail frequency limited. http://service.mail.qq.com/detail/0/612",
     "account", "hour", "service.mail.qq.com"),
    # Amazon SES
    ("ses", "dot", "454 Throttling failure: Daily message quota exceeded.",
     "account", "day", "github.com/EFForg/action-center-platform/issues/874"),
    ("ses", "dot", "454 Throttling failure: Maximum sending rate exceeded.",
     "account", "rate", "docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html"),
    ("ses", "dot", "554 Message rejected: Email address is not verified. The following identities failed the check "
     "in region EU-WEST-1: faturas@aurora.example.com",
     "sender", "from", "repost.aws ses-554-400-message-rejected-error"),
    ("ses", "dot", "554 Message rejected: Sending suspended for this account.",
     "account", "blocked", "docs.aws.amazon.com ses"),
    ("ses", "dot", "554 Message rejected: Sending paused for this account.",
     "account", "blocked", "docs.aws.amazon.com ses"),
    ("ses", "mail", "530 Authentication required", "account", "login", "docs.aws.amazon.com ses"),
    ("ses", "auth", "535 Authentication Credentials Invalid", "account", "login", "docs.aws.amazon.com ses"),
    ("ses", "connect", "421 Too many concurrent SMTP connections", "account", "rate", "docs.aws.amazon.com ses"),
    # Postfix holds back until RCPT what it has against the client and the sender
    ("postfix", "mail", "553 5.7.1 <b@y.example>: Sender address rejected: not owned by user a@x.example",
     "sender", "from", "freeport-outlet.ru"),
    ("postfix", "rcpt", "553 5.7.1 <b@y.example>: Sender address rejected: not owned by user a@x.example",
     "sender", "from", "postfix.org SASL_README"),
    ("postfix", "rcpt", "553 5.7.1 <user@mail.domain.com>: Sender address rejected: not logged in",
     "account", "login", "github.com/mailcow/mailcow/issues/51"),
    ("postfix", "rcpt", "554 5.7.1 <ana@silva.example>: Relay access denied",
     "account", "login", "github.com/docker-mailserver/docker-mailserver/issues/19"),
    ("postfix", "rcpt", "454 4.7.1 <ana@silva.example>: Relay access denied",
     "account", "trouble", "github.com/root-io/vmail/issues/68"),
    ("postfix", "rcpt", "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
     "account", "blocked", "ionos.com/help"),
    ("postfix", "rcpt", "450 4.7.1 Error: too much mail from 192.0.2.7", "account", "rate", "postfix.org anvil(8)"),
    ("postfix", "mail", "450 4.7.1 Error: too much mail from 192.0.2.7", "account", "rate", "postfix.org anvil(8)"),
    ("postfix", "rcpt", "450 4.1.8 <a@x.example>: Sender address rejected: Domain not found",
     "sender", "trouble", "mpskoszalin.pl"),
    ("postfix", "auth", "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
     "account", "trouble", "github.com/chatmail/relay/issues/441"),
    ("postfix", "auth", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
     "account", "login", "postfix.org SASL_README"),
    ("postfix", "mail", "553 5.6.7 Must declare SMTPUTF8 to send unicode address",
     "message", "form", "github.com/sisimai/go-sisimai/issues/434"),
    ("postfix", "mail", "555 5.5.4 Unsupported option: SMTPUTF8", "message", "form", "postfix smtpd.c"),
    ("postfix", "mail", "552 5.3.4 Message size exceeds fixed limit", "message", "size", "postfix smtpd.c"),
    ("postfix", "rcpt", "550 5.1.1 <ana@silva.example>: Recipient address rejected: User unknown",
     "recipient", "address", "postfix smtpd.c"),
    ("postfix, postfwd", "data", "550 5.7.1 <DATA>: Data command rejected: only 10 messages per day",
     "account", "day", "github.com/root-io/vmail/issues/67"),
    ("postfix, postfwd", "rcpt", "450 4.7.1 Number messages per hour exceeded",
     "account", "hour", "git.oopen.de postfwd"),
    ("postfix, policyd", "rcpt", "554 5.7.1 <a@x.example>: Recipient address rejected: Email Sending Quota Exceeded",
     "account", "hour", "github.com/go-gomail/gomail/issues/174"),
    ("postfix", "rcpt", "450 4.2.0 <ana@silva.example>: Recipient address rejected: Greylisted",
     "recipient", "address", "postfix.org SMTPD_POLICY_README"),
    # Exim, cPanel
    ("exim, cpanel", "dot", "550 Domain aurora.example has exceeded the max emails per hour (300/300 (100%)) "
     "allowed. Message discarded.", "account", "hour", "my.ultrawebhosting.com/knowledgebase/392"),
    ("exim, cpanel", "rcpt", "550 Domain aurora.example has exceeded the max defers and failures per hour (5/5 "
     "(100%)) allowed. Message discarded.", "account", "hour", "thiswebhost.com/clients/knowledgebase/554"),
    ("exim", "auth", "535 Incorrect authentication data", "account", "login", "support.smtp2go.com"),
    ("exim", "rcpt", "550-Verification failed for <user@example.com> 550 Sender verify failed",
     "sender", "from", "github.com/docker-mailserver/docker-mailserver/issues/2257"),
    ("exim", "rcpt", "550-Please turn on SMTP Authentication in your mail client.",
     "account", "login", "github.com/zytzagoo/smtp-validate-email/issues/71"),
    ("exim", "rcpt", "550 relay not permitted", "account", "login", "github.com/vexim/vexim2/pull/221"),
    ("exim", "mail", "550 Authentication is required for relay",
     "account", "login", "github.com/4IceG/luci-app-sms-tool-js/issues/45"),
    # Sendmail, qmail
    ("sendmail", "rcpt", "550 5.7.1 <bbb@qq.com>... Relaying denied. IP name lookup failed [222.66.4.242]",
     "account", "login", "github.com/nodemailer/nodemailer/issues/190"),
    ("sendmail", "mail", "553 5.1.8 <a@x.example>... Domain of sender address a@x.example does not exist",
     "sender", "from", "sendmail cf/README"),
    ("qmail", "rcpt", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
     "account", "login", "office.microsoft.com HA010080002"),
    ("ovh", "mail", "550 sorry, too many emails (#5.7.1)",
     "account", "hour", "github.com/aschroder/Magento-SMTP-Pro-Email-Extension/issues/94"),
    # Yahoo
    ("yahoo", "auth", "535 5.7.0 (#AUTH005) Too many bad auth attempts.",
     "account", "login", "github.com/PHPMailer/PHPMailer/issues/2034"),
    ("yahoo", "mail", "553 5.7.2 [TSS06] All messages from 192.0.2.7 will be permanently deferred; Retrying will "
     "NOT succeed.", "sender", "from", "github.com/hardware/mailserver/issues/202"),
    ("yahoo", "connect", "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in "
     "Spamhaus's list;", "account", "blocked", "github.com/ActiveCampaign/smtp-field-manual/pull/64"),
    ("yahoo", "dot", "550 Request failed; Mailbox unavailable",
     "message", "content", "github.com/PHPMailer/PHPMailer/issues/2685"),
    # GMX, IONOS, Strato
    ("gmx", "rcpt", "550-Requested action not taken: mailbox unavailable 550 Failure sending mail. Try again later.",
     "account", "hour", "github.com/jstedfast/MailKit/issues/968"),
    ("gmx", "rcpt", "550-Requested action not taken: mailbox unavailable 550 Sender address is not allowed.",
     "sender", "from", "github.com/hpi-swt2/sport-portal/issues/462"),
    ("gmx", "connect", "554-gmx.net (mxgmx017) Nemesis ESMTP Service not available 554-No SMTP service 554-Bad DNS "
     "PTR resource record.", "account", "blocked", "github.com/EDSM-NET/FrontEnd/issues/21"),
    ("ionos", "mail", "451-Requested action aborted 451 Mails per session limit exceeded",
     "account", "session", "github.com/codefog/contao-events_subscriptions/issues/57"),
    ("ionos", "rcpt", "550 must be authenticated", "account", "login", "ionos.com/help"),
    # Zoho
    ("zoho", "mail", "553 Relaying disallowed as b@y.example", "sender", "from", "zoho.com/zeptomail smtp-error-codes"),
    ("zoho", "mail", "530 Must issue a STARTTLS command first.",
     "account", "encryption", "zoho.com/zeptomail smtp-error-codes"),
    ("zoho", "auth", "535 Authentication Failed.", "account", "login", "zoho.com/zeptomail smtp-error-codes"),
    ("zoho", "dot", "550 5.4.6 Unusual sending activity detected.", "account", "blocked", "help.zoho.com/portal"),
    ("zoho", "auth", "554 5.1.8 Sender Address Blocked", "account", "blocked", "help.zoho.com/portal"),
    ("zoho", "dot", "552 5.7.1 virus Win. Test. EICAR_HDB-1 detected by Zoho Mail.",
     "message", "content", "zoho.com/zeptomail smtp-error-codes"),
    # Yandex, mail.ru
    ("yandex", "mail", "553 5.7.1 Sender address rejected: not owned by auth user.",
     "sender", "from", "github.com/splitbrain/dokuwiki-plugin-smtp/issues/38"),
    ("yandex", "mail", "530 5.7.7 Email sending without SSL/TLS encryption is not allowed.",
     "account", "encryption", "github.com/PHPMailer/PHPMailer/issues/283"),
    ("yandex", "mail", "501 5.1.7 Bad address mailbox syntax.",
     "sender", "from", "github.com/nodemailer/nodemailer/issues/421"),
    ("yandex", "dot", "554 5.7.1 Message rejected under suspicion of SPAM; https://ya.cc/1IrBc",
     "message", "content", "github.com/pocketbase/pocketbase/issues/1068"),
    ("mail.ru", "auth", "535 Incorrect authentication data: authentication failed",
     "account", "login", "github.com/muquit/mailsend/issues/74"),
    # Relays
    ("sendgrid", "dot", "550 The from address does not match a verified Sender Identity. Mail cannot be sent until "
     "this error is resolved.", "sender", "from", "github.com/EBWiki/EBWiki/issues/3861"),
    ("smtp2go", "rcpt", "550 Relay access denied - please authenticate", "account", "login", "support.smtp2go.com"),
    ("smtp2go", "dot", "550 From header sender domain not verified", "sender", "from", "support.smtp2go.com"),
    ("emailit", "mail", "452 4.4.5 Messages per second limit exceeded",
     "account", "rate", "emailit.com/docs/smtp/troubleshooting"),
    ("emailit", "mail", "452 4.5.3 Daily message limit exceeded",
     "account", "day", "emailit.com/docs/smtp/troubleshooting"),
    ("open-xchange", "auth", "535 5.7.8 Authentication refused", "account", "login", "postmaster-oxsus.vadesecure.com"),
    ("open-xchange", "connect", "421 4.2.1 Connection deferred",
     "account", "trouble", "postmaster-oxsus.vadesecure.com"),
    ("open-xchange", "ehlo", "550 5.7.1 HELO command rejected",
     "account", "blocked", "postmaster-oxsus.vadesecure.com"),
    ("alibaba", "dot", "550 send spam mail rejected: exceeded hour limit",
     "account", "hour", "github.com/gophish/gophish/issues/3231"),
    # Brazil, Poland, Czechia
    ("universonet", "mail", "452 Sender is throttled", "account", "rate", "portal.universonet.com.br/kb/a289"),
    ("universonet", "mail", "421 throttle delay", "account", "rate", "portal.universonet.com.br/kb/a289"),
    ("netbit", "rcpt", "550 Authentication required", "account", "login", "netbit.com.br/suporte"),
    ("brazil", "rcpt", "550 nome@exemplo.com... Retransmissão Negada",
     "account", "login", "office.microsoft.com HA010080002"),
    ("brazil", "mail", "551 O endereço do remetente não é válido para o seu login",
     "sender", "from", "sendpulse.com/br"),
    ("forpsi", "mail", "5.1.0 <john.smith@domain.com> sender rejected", "sender", "from", "support.konto.pl/kb/a2164"),
    ("forpsi", "rcpt", "550 5.1.0 <john.smith@domain.com> sender rejected",
     "sender", "from", "support.konto.pl/kb/a2164"),
    ("interia", "rcpt", "550 5.2.1 Mailbox not available", "recipient", "address", "pomoc.poczta.interia.pl"),
    ("interia", "rcpt", "550 5.7.1 Recipient doesn't want your mail",
     "recipient", "address", "pomoc.poczta.interia.pl"),
    # RFC 4954 §6
    ("rfc 4954", "auth", "432 4.7.12 A password transition is needed", "account", "login", "RFC 4954"),
    ("rfc 4954", "auth", "538 5.7.11 Encryption required for requested authentication mechanism",
     "account", "encryption", "RFC 4954"),
    ("rfc 1870", "mail", "552 message size exceeds maximum message size", "message", "size", "RFC 1870 §6.1"),
    ("rfc 1870", "mail", "452 insufficient system storage", "account", "trouble", "RFC 1870 §6.1"),
)


class TestBlame(unittest.TestCase):
    def test_replies(self):
        for provider, phase, reply, whose, cause, _source in REPLIES:
            code, _blank, text = reply.partition(" ")
            number = int(code[:3]) if code[:3].isdigit() else 550
            with self.subTest(provider=provider, phase=phase, reply=reply):
                verdict = judge(phase, number, text if code[:3].isdigit() else reply)
                self.assertEqual((verdict.whose, verdict.cause), (whose, cause))

    def test_many_of_many_providers(self):
        self.assertGreaterEqual(len(REPLIES), 60)
        self.assertGreaterEqual(len({provider for provider, *_rest in REPLIES}), 15)
        self.assertTrue(all(source for *_rest, source in REPLIES))

    def test_nobody_before_rcpt_speaks_of_the_customer(self):
        """Whatever the code and the words: of the account or the sender, or of the message where MAIL says so."""
        words = ("", "5.1.1 no such user", "5.2.2 mailbox full", "5.7.1 denied", "4.2.2 over quota", "5.9.9 what")
        for phase in ("connect", "ehlo", "starttls", "auth", "mail"):
            for code in range(400, 600):
                for text in words:
                    with self.subTest(phase=phase, code=code, text=text):
                        verdict = judge(phase, code, text)
                        self.assertNotEqual(verdict.whose, "recipient")
                        if phase != "mail" or code not in (552, 555):
                            self.assertTrue(verdict.is_ours)

    def test_without_words_the_phase_decides(self):
        for phase, whose in (("rcpt", "recipient"), ("data", "message"), ("dot", "message")):
            for code in (450, 550, 554):
                self.assertEqual(judge(phase, code, "").whose, whose)
                self.assertEqual(judge(phase, code, "").final, code >= 500)

    def test_rest(self):
        """Account and sender rest, for longer where waiting alone mends nothing."""
        self.assertEqual(judge("mail", 550, "5.4.5 Daily sending limit reached").rest, 86400)
        self.assertEqual(judge("auth", 535, "5.7.8 wrong").rest, 86400)
        self.assertEqual(judge("dot", 454, "Throttling failure: Maximum sending rate exceeded.").rest, 60)
        self.assertEqual(judge("auth", 454, "4.7.0 Temporary authentication failure").rest, 300)
        self.assertEqual(judge("rcpt", 550, "5.1.1 no such user").rest, 0)
        for cause, seconds in blame.REST.items():
            self.assertEqual(cause in blame.PASSING, seconds <= 3600 and cause not in (blame.BLOCKED, blame.TOKEN))

    def test_nothing_at_all(self):
        for phase in ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot"):
            for code in (-1, 0, 199, 250, 354, 999):
                judge(phase, code, "\x00" * 10)
