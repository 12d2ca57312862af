"""Why servers of many makers refuse a mail, in the field's terms.

Phrases as makers document them or as their software has them, written down from memory. Some two dozen also stand in
the collection of real reports that the wordings were looked at with, so that these are no proof of their own. Where a
server gives a code, it stands with it.
"""

import json
import re

import pytest

from leadhouse.delivery.bounce_mails import read_bounces
from leadhouse.delivery.bounce_words import REASONS, class_of, is_hard_in_field, reason_of
from leadhouse.delivery.replies import HARD, enhanced_status
from leadhouse.delivery.returned_mail import as_shown

EVA = "eva@firma.example"
PHRASES = {
    "userunknown": """
        Exchange: 550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
        Office 365: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
        Office 365: 550 5.4.1 Recipient address rejected: Access denied. AS(201806281)
        Outlook.com: 550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).
        Gmail: 550-5.1.1 The email account that you tried to reach does not exist. Please try
        Yahoo: 552 1 Requested mail action aborted, mailbox not found
        Yahoo: 554 delivery error: dd This user doesn't have a yahoo.com account (eva@firma.example) [0]
        GMX: 550 Requested action not taken: mailbox unavailable
        Postfix: 550 5.1.1 <eva@firma.example>: Recipient address rejected: User unknown in local recipient table
        Exim: 550 Unrouteable address
        Exim: 550-Callout verification failed: 550 No Such User Here
        Sendmail: 550 5.1.1 <eva@firma.example>... User unknown
        qmail: sorry, no mailbox here by that name. (#5.1.1)
        Courier: 550 User <eva@firma.example> unknown
        MailEnable: 550 Requested action not taken: mailbox unavailable or not local
        Barracuda: 550 No such user (eva@firma.example)
        Mimecast: 550 Invalid Recipient - https://community.mimecast.example/docs/DOC-1369#550
        Proofpoint: 550 5.1.1 User Unknown
        IronPort: 550 #5.1.0 Address rejected.
        Symantec: 550 Invalid recipient eva@firma.example (#5.1.1)
        Yandex: 550 5.7.1 No such user!
        Mail.ru: 550 Message was not accepted -- invalid mailbox. Local mailbox is unavailable: user not found
        QQ: 550 Mailbox not found. http://service.mail.qq.example/cgi-bin/help?id=20022
        Naver: 550 5.1.1 No such user
        UOL: 550 5.1.1 <eva@firma.example>: Recipient address rejected: User unknown in relay recipient table
        Orange: 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416
        T-Online: 550 5.1.1 unknown user / Teilnehmer existiert nicht
        Comcast: 550 5.1.1 Not our Customer
        AOL: 550 5.1.1 <eva@firma.example>: Recipient address rejected: aol.example
        iCloud: 550 5.1.1 <eva@firma.example>: user does not exist
        Telstra: 550 5.1.1 eva@firma.example recipient rejected. IB603
    """,
    "hostunknown": """
        Postfix: 5.4.4 Host or domain name not found. Name service error for name=firma.example type=A: Host not found
        Sendmail: 550 5.1.2 <eva@firma.example>... Host unknown (Name server: firma.example: host not found)
        qmail: Sorry, I couldn't find any host named firma.example. (#5.1.2)
        Exchange: 550 5.4.310 DNS domain firma.example does not exist [Message=InfoDomainNonexistent]
        IronPort: 5.1.2 - Bad destination host 'DNS Hard Error looking up firma.example (MX): NXDomain'
    """,
    "notaccept": """
        Postfix: 5.1.0 Domain firma.example does not accept mail (nullMX)
        RFC 7504: 521 firma.example does not accept mail
        RFC 7505: 556 5.1.10 Recipient address has null MX
        Gmail: The domain firma.example doesn't receive email according to the administrator: returned Null MX
    """,
    "hasmoved": """
        RFC 5321: 551 User not local; please try <eva@neu.example>
        Comcast: 551 not our customer
        RFC 3463: 550 5.1.6 Destination mailbox has moved
        Sendmail: 551 5.1.6 User has moved; please try <eva@neu.example>
    """,
    "suspend": """
        Gmail: 550-5.2.1 The email account that you tried to reach is disabled. Learn more at
        Gmail: 550 5.2.1 The email account that you tried to reach is inactive. For more information
        Yahoo: 554 delivery error: dd Sorry. This account has been disabled or discontinued [#102].
        Exchange: 550 5.2.1 Mailbox disabled for this recipient
        Zimbra: 550 5.2.1 account is locked
        Courier: 550 User suspended
        Exim: 550 This account has been suspended
        T-Online: 550 mailbox eva@firma.example is locked
        AOL: 550 5.2.1 The account is inactive
        RFC 5248: 525 5.7.13 User Account Disabled
    """,
    "mailboxfull": """
        Gmail: 452-4.2.2 The email account that you tried to reach is over quota. Please direct
        Gmail: 552 5.2.2 The recipient's inbox is out of storage space.
        Exchange: 554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException
        Dovecot: 552 5.2.2 <eva@firma.example> Quota exceeded (mailbox for user is full)
        Courier: 552 Mailbox is full
        qmail: The users mailfolder is over the allowed quota (size). (#5.2.2)
        Exim: 552 mailbox is full: retry timeout exceeded
        Yahoo: 552 1 Requested mail action aborted, mailbox is over quota
        GMX: 552-Requested mail action aborted: exceeded storage allocation. Quota exceeded
        MailEnable: 552 Requested mail action aborted: exceeded mailbox storage allocation
        Free: 552 5.2.2 Over quota
        Orange: 552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417
        iCloud: 552 5.2.2 <eva@firma.example>: user is over quota
        Zimbra: 452 4.2.2 Over quota
        1&1: 552 Mailbox size limit exceeded
    """,
    "exceedlimit": """
        RFC 3463: 552 5.2.3 Message length exceeds administrative limit
        Exchange: 550 5.2.3 RESOLVER.RST.RecipSizeLimit; message exceeds the limit of this recipient
        Sendmail: 552 5.2.3 Message is too large for this mailbox; 5000000 bytes max
    """,
    "mesgtoobig": """
        Postfix: 552 5.3.4 Message size exceeds fixed limit
        Sendmail: 552 5.3.4 Message is too large; 10485760 bytes max
        Gmail: 552-5.3.4 Your message exceeded Google's message size limits. Please visit
        Exchange: 550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route
        Exim: 552 Message size exceeds maximum permitted
        SendGrid: 552 message too large
        qmail: 552 sorry, that message size exceeds my databytes limit (#5.3.4)
    """,
    "authfailure": """
        Gmail: 550-5.7.26 This mail has been blocked because the sender is unauthenticated.
        Gmail: 550-5.7.26 Unauthenticated email from we.example is not accepted due to domain's DMARC policy.
        Yahoo: 554 5.7.9 Message not accepted for policy reasons: message failed DMARC evaluation
        Outlook.com: 550 5.7.509 Access denied, sending domain we.example does not pass DMARC verification
        Outlook.com: 550 5.7.515 Access denied, the sending domain doesn't meet the required authentication level
        Postfix: 550 5.7.23 Message rejected due to: SPF fail - not authorized
        Mimecast: 550 Rejected by header based Anti-Spoofing policy: DMARC failed
        Mail.ru: 550 5.7.1 This message was not accepted due to domain owner DMARC policy
        Comcast: 550 5.2.0 DMARC validation failed
    """,
    "requireptr": """
        Gmail: 550-5.7.25 The IP address sending this message does not have a PTR record setup, or the corresponding
        GMX: 554 Nemesis ESMTP Service not available; No SMTP service; Bad DNS PTR resource record.
        T-Online: 554 IP=192.0.2.1 - None/bad reverse DNS record
        Postfix: 450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]
        AOL: 554 RTR:RD IP has no PTR record
        Comcast: 554 Comcast requires that all mail servers must have a PTR record with a valid Reverse DNS entry
        Sendmail: 550 5.7.1 Fix reverse DNS for 192.0.2.1
    """,
    "badreputation": """
        Gmail: 550-5.7.1 very low reputation of the sending IP address. To protect our users
        Gmail: 550-5.7.1 likely suspicious due to the very low reputation of the sending domain
        IronPort: 554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.
        Yahoo: 421 4.7.0 [TSS04] Messages temporarily deferred due to unexpected volume or user complaints
        McAfee: 554 5.7.1 Message rejected because of the reputation of the sender
    """,
    "blocked": """
        Outlook.com: 550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent (S3140).
        Office 365: 550 5.7.606 Access denied, banned sending IP [192.0.2.1]
        Postfix: 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.example
        Proofpoint: 554 Blocked - see https://ipcheck.proofpoint.example/?ip=192.0.2.1
        Barracuda: 554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation
        Exim: 550 JunkMail rejected - mx.we.example [192.0.2.1] is in an RBL
        Comcast: 554 resimta comcast 192.0.2.1 Comcast block for spam. Please see http://postmaster.comcast.example
        AOL: 554 5.7.1 Your IP is blocked: (DNS:B1)
        Free: 554 5.7.1 Client host rejected: spamming host
        Mimecast: 550 Rejected by dns-bl: blocklisted
        Telstra: 554 Your IP 192.0.2.1 is listed in our deny list
        T-Online: 554 IP=192.0.2.1 - Dynamic IP address, mail from here is not accepted
    """,
    "spamdetected": """
        Gmail: 550-5.7.1 Our system has detected that this message is likely unsolicited mail.
        Office 365: 550 5.7.1 Message rejected as spam by Content Filtering.
        SpamAssassin: 554 5.7.1 This message has been identified as spam (score 9.1)
        Yandex: 554 5.7.1 Message rejected under suspicion of SPAM; https://ya.cc/1IrBc
        Barracuda: 550 Message rejected due to spam content
        Mail.ru: 550 spam message rejected. Please visit http://help.mail.ru.example/notspam-support
        QQ: 550 Mail content denied. http://service.mail.qq.example/cgi-bin/help?id=20022
        SendGrid: 550 Spam content rejected
        Mailgun: 550 Message classified as spam
        1&1: 554 Transaction failed. Reject due to content: spam detected
        Rspamd: 554 5.7.1 Spam message rejected
    """,
    "virusdetected": """
        ClamAV: 554 5.7.1 virus Eicar-Test-Signature detected by ClamAV
        Amavis: 550 5.7.0 Reject, INFECTED: Eicar-Test-Signature
        Exim: 550 This message contains malware (Eicar)
        IronPort: 552 Message contains a virus
        Symantec: 554 5.7.1 Message infected with a worm, virus found
    """,
    "contenterror": """
        RFC 3463: 554 5.6.1 Media not supported
        Postfix: 550 5.6.0 improper use of 8-bit data in message header
        Courier: 554 5.6.1 Your MIME conversion required but prohibited
        qmail: 451 bare linefeed found in message, see http://pobox.example/docs/smtplf.html
        Exchange: 550 5.6.0 CAT.InvalidContent.Exception: PropertyValidationException
    """,
    "notcompliantrfc": """
        Gmail: 550-5.7.1 This message is not RFC 5322 compliant, the issue is: duplicate To headers.
        Gmail: 550-5.7.1 Messages missing a valid address in From: header, or having no From: header, are not accepted.
        Yahoo: 554 5.6.0 Message not RFC 2822 compliant
        GMX: 554 Transaction failed. Reject due to policy restrictions. Missing Date header
    """,
    "policyviolation": """
        Gmail: 552-5.7.0 This message was blocked because its content presents a potential security issue.
        Postfix: 550 5.7.1 Message content rejected: file attachment type not allowed
        Mimecast: 550 Administrative prohibition - envelope blocked
        GMX: 554 Transaction failed. Reject due to policy restrictions.
        Amavis: 550 5.7.0 Reject, id=1 - BANNED: attachment type application/x-msdownload not allowed
        Yahoo: 553 5.7.2 [TSS11] Message not accepted for policy reasons
    """,
    "securityerror": """
        Exchange: 550 5.7.1 RESOLVER.RST.AuthRequired; authentication required
        Exchange: 530 5.7.1 Client was not authenticated
        Gmail: 530-5.7.0 Authentication Required. Learn more at
        SES: 554 5.7.1 Delivery not authorized, message refused
        SendGrid: 550 Unauthenticated senders not allowed
    """,
    "norelaying": """
        Postfix: 554 5.7.1 <eva@firma.example>: Relay access denied
        Sendmail: 550 5.7.1 <eva@firma.example>... Relaying denied. Proper authentication required.
        Exchange: 550 5.7.1 Unable to relay
        Exchange: 550 5.7.64 TenantAttribution; Relay Access Denied
        Exim: 550 relay not permitted
        qmail: 553 sorry, that domain isn't in my list of allowed rcpthosts; we do not relay (#5.7.1)
        SES: 554 Message rejected: Email address is not verified.
    """,
    "rejected": """
        Postfix: 450 4.1.8 <us@we.example>: Sender address rejected: Domain not found
        Postfix: 550 5.1.7 <us@we.example>: Sender address rejected: undeliverable address
        Sendmail: 553 5.1.8 <us@we.example>... Domain of sender address us@we.example does not exist
        Exim: 550 Sender verify failed
        Office 365: 501 5.1.7 Invalid sender address
        RFC 7505: 550 5.7.27 Sender address has null MX
        qmail: 553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)
    """,
    "filtered": """
        Facebook: 550 RCP-P2 Refused due to recipient preferences
        Exchange: 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; group only accepts mail of its organisation
        Exchange: 550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized
        docomo: 550 5.2.0 Refused by the recipient
    """,
    "speeding": """
        Gmail: 450-4.2.1 The user you are trying to contact is receiving mail too quickly.
        Gmail: 550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents others
        Gmail: 421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.
        SES: 454 Throttling failure: Maximum sending rate exceeded.
        Postfix: 450 4.2.0 <eva@firma.example>: Recipient address rejected: Greylisted, see http://postgrey.example
        Office 365: 451 4.7.500 Server busy. Please try again later from [192.0.2.1].
        Office 365: 550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients
        Office 365: 550 5.7.705 Access denied, tenant has exceeded threshold
        Comcast: 421 4.1.0 Throttled - try again later
    """,
    "toomanyconn": """
        Postfix: 421 4.7.0 Error: too many connections from 192.0.2.1
        Yahoo: 421 Max message per connection reached; too many concurrent sessions
        Sendmail: 452 4.5.3 Too many recipients
        Orange: 421 Too many connections, slow down. OFR004_104
        Exim: 421 Too many concurrent SMTP connections; please try again later.
    """,
    "expired": """
        Exchange: 550 4.4.7 QUEUE.Expired; message expired
        IronPort: 5.4.7 - Delivery expired (message too old) 'timeout'
        OpenSMTPD: Envelope expired
        Postfix: connect to mx.firma.example[192.0.2.9]:25: Connection timed out
    """,
    "networkerror": """
        qmail: Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)
        Sendmail: 554 5.4.6 Too many hops
        Postfix: 5.4.6 mail for firma.example loops back to myself
        Postfix: connect to mx.firma.example[192.0.2.9]:25: No route to host
        Postfix: lost connection with mx.firma.example[192.0.2.9] while sending end of data
    """,
    "failedstarttls": """
        Postfix: 530 5.7.0 Must issue a STARTTLS command first
        Postfix: 4.7.5 Server certificate not trusted
        Postfix: 4.7.4 TLS is required, but was not offered by host mx.firma.example[192.0.2.9]
        Gmail: 550-5.7.29 This message was not sent over a TLS connection and has been rejected: TLS required
        Office 365: 550 5.7.323 tlsa-invalid: The domain failed DANE validation
    """,
    "systemerror": """
        Exchange: 554 5.3.0 STOREDRV.Deliver; mailbox server is in an unknown state
        Postfix: 451 4.3.0 Error: queue file write error
        Sendmail: 451 4.3.5 system config error
        Postfix: 451 4.3.5 Server configuration error
        GMX: 451 Requested action aborted: local error in processing
    """,
    "systemfull": """
        RFC 3463: 452 4.3.1 Mail system full
        Postfix: 452 4.3.1 Insufficient system storage
        Exchange: 452 4.3.1 Insufficient system resources (TempDisk)
        Sendmail: 451 4.3.0 write error: No space left on device
    """,
    "mailererror": """
        Postfix: 5.3.0 Command died with status 255: "/usr/bin/filter"
        Sendmail: 554 5.3.0 unknown mailer error 1
        Exim: local delivery failed: child process of virtual_transport returned 75 from command
    """,
    "syntaxerror": """
        RFC 5321: 500 5.5.2 Error: bad syntax
        RFC 5321: 503 5.5.1 Bad sequence of commands
        RFC 5321: 501 5.5.4 Syntax: HELO hostname
    """,
    "onhold": """
        Mimecast: 550 Message held for review
        Barracuda: 250 5.0.0 message was quarantined
        Mailman: 550 Message is being held for moderation
    """,
    "undefined": """
        nothing: 554 Sorry
        nothing: 550 5.0.0 No
        nothing: 550 Error
    """,
}  # fmt: skip
# what smaller servers and filters say in other words, without their names
OTHERS = {
    "userunknown": """
        550 5.1.1 <a@b.example> is not a valid mailbox
        550 sorry, no mailbox here by that name
        554 5.1.1 No such recipient here
        550 mailbox unavailable
        550 a@b.example: user not found
        550 5.7.1 <a@b.example>... Recipient not found
        550 Mailbox not found
        550 unknown recipient
        550 Requested action not taken: user account is unavailable
        553 Unknown local user
        550 account not found
        550 that user isn't here
        550 Addressee unknown, relay=[192.0.2.1]
        550 5.1.1 unknown or illegal alias: a@b.example
        550 Account that you tried to reach does not exist
        554 a@b.example does not exist
        550 RCPT (a@b.example) dosn't exist
        550 No account by that name here
        550 not a known user
        550 5.1.1 Delivery error: recipient does not exist
        550 5.1.1 Recipient does not exist on this system
        550 Invalid mailbox: a@b.example
        550 No such mailbox here
        550 The user does not exist in virtual mailbox table
        550 Not a valid recipient
        550 a@b.example... we do not know this user
        550 5.1.1 Mail address unknown
        550 address unknown
        550 no user by that name
        550 Cuenta inexistente
        550 Utilisateur inconnu
        550 Benutzer unbekannt
        550 5.1.1 Destinatario sconosciuto
    """,
    "mailboxfull": """
        550 Benutzer hat zuviele Mails auf dem Server
        522 5.7.1 recipient overquota
        450 4.2.2 user has exhausted allowed storage space
        550 mail box space not enough
        452 4.2.2 mailbox exceeds allowed size
        554 delivery would exceed inbox size
        550 account exceeded quota
        552 no storage space available
        maildir over quota
        maildir delivery failed: error writing to maildir: disk quota exceeded
        552 Sorry, the recipient's mailbox has exceeded its space limit
        550 Mailbox has reached its maximum size
        452 4.2.2 the recipient is over the storage limit
        552 5.2.2 user quota has been exceeded
        550 Postfach des Empfängers ist voll
        452 insufficient storage for this user's mailbox
    """,
    "suspend": """
        550 mailbox temporarily disabled
        550 recipient suspend the service
        554 account expired
        550 this address no longer accepts mail
        550 5.2.1 user's account is deactivated
        550 Mailbox is inactive
        550 Domain a.example has been suspended
        550 email account is closed
        550 5.2.1 this mailbox has been blocked due to inactivity
        550 user locked
        550 the account is not active
        554 mailbox closed
    """,
    "hostunknown": """
        550 Recipient domain must exist
        550 5.1.2 Domain does not exist; please check your spelling
        Name or service not known: host b.example
        550 host or domain not found
        550 no such domain
        550 Unrouteable mail domain "b.example"
        all host address lookups failed permanently
        550 5.1.2 unknown mail domain
        5.4.4 unable to resolve host b.example: NXDOMAIN
        domain b.example cannot be found
    """,
    "networkerror": """
        Host name lookup failure: temporary
        454 4.4.4 DNS timeout, try later
        mail forwarding loop for a@b.example
        Connection dropped
        connect to b.example: Network is unreachable
        connection reset by peer
        no route to host
        554 5.4.6 hop count exceeded - possible mail loop
    """,
    "expired": """
        retry timeout exceeded
        451 4.4.7 Delivery time expired
        delivery temporarily failed; giving up after 5 days in the queue
        4.4.2 Connection timed out while sending
        message lifetime expired
    """,
    "blocked": """
        554 5.7.1 You are not allowed to connect
        550 Your IP is in our blocklist
        554 rejected due to your IP in SORBS
        550 5.7.1 Mail from 192.0.2.1 rejected - see http://spamhaus.example
        550 Connections not accepted from servers without a valid sender domain
        554 Access from your network is denied
        421 Service refused: your ip address blacklisted
        550 Bad HELO - host impersonating domain
        550 5.7.511 Access denied, banned sender
        550 Rejected because 192.0.2.1 is an unauthorized dynamic host
        550 5.7.1 client blocked
        554 5.7.1 rejected: 192.0.2.1 found in dnsbl.example
        554 your server is on a DNS blacklist
        550 Mail from your IP is temporarily refused
    """,
    "spamdetected": """
        550 5.7.1 spam score is too high
        554 mail rejected - this message looks like SPAM
        550 This mail is rejected as it is spam
        554 Denied due to spam list; message looks like spam
        571 Message Refused: our filter rated it as spam
        554 5.7.1 The message was rejected because it contains prohibited URL content
        550 High probability of spam
        554 blacklisted URL in message
        550 5.7.350 Remote server returned message detected as spam
        550 5.7.1 message looks like spam to our filter
        550 rejected: spam content
        554 this message was considered spam by our system
        550 bulk mail rejected as spam
    """,
    "virusdetected": """
        550 Virus (Eicar) found in message
        552 your email contains a file with virus
        554 rejected: malware found
    """,
    "policyviolation": """
        550 5.7.1 Message rejected by content policy
        554 5.7.1 Message cannot be accepted, rule rejection
        550 Mail is refused by local policy
        554 executable files are not allowed in compressed files
        550 For security reasons, this attachment is not accepted
        550 5.7.1 rejected for policy reasons
        550 administrative prohibition
    """,
    "rejected": """
        550 Sender is not allowed
        553 5.1.8 sender domain must resolve
        550 you are not allowed to use that return address
        550 Domain of the sender does not exist
        553 invalid domain in MAIL FROM
        550 Verification failed for <us@we.example>: sender verify failed
        550 access denied for sender address us@we.example
        550 sender rejected
        554 5.7.1 <us@we.example>: Sender address rejected: access denied
        553 unknown sender domain
    """,
    "authfailure": """
        550 SPF check failed
        550 5.7.1 DKIM signature invalid, rejected
        550 5.7.1 Email rejected per DMARC policy
        550-SPF failure, we.example does not designate 192.0.2.1 as permitted sender
        550 5.7.1 SPF unauthorized mail is prohibited
        550 DKIM verification failed
        550 DMARC policy violation
    """,
    "requireptr": """
        550 rDNS is missing for 192.0.2.1
        554 5.7.1 PTR lookup failure
        421 unresolvable client host; no PTR
        554 5.7.1 no reverse DNS for 192.0.2.1
        450 cannot find your hostname
    """,
    "norelaying": """
        550 5.7.1 we do not relay for you
        550 that domain isn't in my list of allowed rcpthosts
        553 mail relaying prohibited: relay not permitted
        550 insecure mail relay denied
        454 4.7.1 Relaying not allowed
        550 relaying to b.example is prohibited by administrator
        554 sorry, no relaying
    """,
    "speeding": """
        421 too many messages from your host, slow down
        452 4.3.2 please try again slower
        421 4.7.0 your message rate is limited
        450 4.7.1 Greylisting in action, please try again later
        450 4.7.1 rate limit exceeded, retry later
        451 deferred, you are greylisted
    """,
    "toomanyconn": """
        421 too many connections from your host
        452 too many recipients received this hour
        421 too many concurrent connections from your address
        452 4.5.3 recipient limit exceeded
    """,
    "mesgtoobig": """
        552 message header size, or recipient list, exceeds policy limit
        552 5.3.4 Error: message file too big
        552 max message size exceeded
        554 5.7.1 The size of your message exceeds 10MB
        550 Message length exceeded
        552 your message is too big
        552 message exceeds maximum size
        550 Nachricht zu groß
    """,
    "systemerror": """
        451 4.3.0 Temporary internal server error
        554 5.3.5 Local configuration error
        451 system not able to process your mail, try later
        421 Internal error - LDAP lookup failed
        451 4.3.0 internal software error
        450 temporary system problem, try later
    """,
    "systemfull": """
        452 4.3.1 mail system full
        452 requested mail action not taken: insufficient system storage
        452 4.3.1 out of disk space
    """,
    "mailererror": """
        x mailer error: 75
        5.3.0 Command died with signal 9
    """,
    "notcompliantrfc": """
        550 message is not RFC compliant, missing From header
    """,
    "contenterror": """
        554 5.6.0 Message contains illegal characters in headers
        554 the message header contains invalid syntax
    """,
    "failedstarttls": """
        454 4.7.0 TLS not available due to local problem
        550 5.7.10 encryption required
    """,
    "securityerror": """
        535 5.7.8 Authentication credentials invalid
        530 5.7.0 Authentication required
        550 5.7.1 Sender not authorized, you must log in
        550 5.7.1 authentication required for sending
    """,
    "filtered": """
        550 message filtered by recipient's rules
        550 The recipient does not accept mail from you
        550 Recipient refuses to accept your mail
        550 recipient has rejected mail from you
    """,
    "notaccept": """
        556 host does not accept any mail
        550 this domain does not accept email
    """,
    "hasmoved": """
        550 5.1.6 recipient has moved
        551 user has moved, please use new address
        550 recipient has a new email address
    """,
    "badreputation": """
        550 low reputation of IP
        554 poor reputation sender domain
        550 5.7.1 poor IP reputation
    """,
}  # fmt: skip
ROWS = [
    (reason, *line.strip().split(": ", 1)) for reason, text in PHRASES.items() for line in text.strip().splitlines()
]
ROWS += [(reason, "another", line.strip()) for reason, text in OTHERS.items() for line in text.strip().splitlines()]


@pytest.mark.parametrize(("reason", "maker", "said"), ROWS, ids=[f"{row[0]} {row[1]} {row[2][:30]}" for row in ROWS])
def test_a_refusal_has_its_reason(reason, maker, said):
    code = re.match(r"[45]\d\d", said)
    assert reason_of(said, enhanced_status(said), int(code[0]) if code else None) == reason


def test_each_reason_is_known_by_three_phrases_and_has_a_class():
    about_failures = set(REASONS) - {"feedback", "vacation", "delivered"}
    assert set(PHRASES) == about_failures
    assert [reason for reason in about_failures if len(PHRASES[reason].strip().splitlines()) < 3] == []
    assert {reason for reason in about_failures if class_of(reason) in HARD} == {
        "userunknown", "hasmoved", "suspend", "hostunknown", "notaccept",
    }  # fmt: skip
    assert is_hard_in_field("notaccept", is_temporary=False)
    assert not is_hard_in_field("notaccept", is_temporary=True)


def told(said, fields=""):
    return (
        f"From: MAILER-DAEMON@mx.example\nTo: us@we.example\nSubject: Undelivered Mail\n{fields}\n<{EVA}>:\n{said}\n"
    ).encode()


@pytest.mark.parametrize(
    ("said", "reason", "is_hard", "hardbounce"),
    [
        ("Remote host said: 550 5.1.1 User unknown", "userunknown", True, True),
        ("host mx said: 550 User unknown (in reply to RCPT TO command)", "userunknown", True, True),
        ("host mx said: 550 User unknown (in reply to end of DATA command)", "filtered", True, False),
        ("host mx said: 550 5.1.1 User unknown (in reply to end of DATA command)", "userunknown", True, True),
        ("Remote host said: 550 5.2.1 This account is disabled", "suspend", True, False),
        ("Remote host said: 450 4.1.1 User unknown", "userunknown", False, True),
        ("Remote host said: 556 5.1.10 Recipient address has null MX", "notaccept", True, True),
        ("Remote host said: 451 4.4.4 Host or domain name not found", "networkerror", False, False),
        (
            "Remote host said: 450 4.2.2 mailbox full; it has been in the queue too long",
            "mailboxfull",
            False,
            False,
        ),
        (">>> MAIL FROM:<us@we.example>\n<<< 550 messages from 192.0.2.1 weren't sent", "blocked", False, False),
        ("Message has been in the queue too long", "expired", False, False),
    ],
)
def test_where_our_verdict_and_the_fields_differ_the_report_says_why(said, reason, is_hard, hardbounce):
    [found] = read_bounces(told(said))
    assert (found.reason, found.is_hard, found.hardbounce) == (reason, is_hard, hardbounce), found
    assert (found.why_otherwise is None) == (is_hard == hardbounce)


def noticed(kind, **about):
    mail = {"destination": [EVA], "commonHeaders": {"messageId": "<77@we.example>"}}
    said = json.dumps({"notificationType": kind, "mail": mail, **about}, separators=(",", ":"))
    return (
        "From: SES <no-reply@sns.amazonaws.example>\nTo: us@we.example\nSubject: AWS Notification Message\n"
        f"Content-Type: text/plain\n\n{said[:60]}\n {said[60:]}\n--\nTo stop receiving, click below\n"
    ).encode()


BOUNCED = {"bounceType": "Permanent", "bounceSubType": "General"}


@pytest.mark.parametrize(
    ("raw", "kind", "reason", "status"),
    [
        (noticed("Bounce", bounce={**BOUNCED, "bouncedRecipients": [
            {"emailAddress": EVA, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]}),
         "failed", "userunknown", "5.1.1"),
        (noticed("Bounce", bounce={"bounceType": "Transient", "bounceSubType": "MailboxFull",
                                   "bouncedRecipients": [{"emailAddress": EVA}]}),
         "delayed", "mailboxfull", "4.0.0"),
        (noticed("Complaint", complaint={"complainedRecipients": [{"emailAddress": EVA}]}),
         "complained", "feedback", None),
        (noticed("Delivery", delivery={"recipients": [EVA]}), "delivered", "delivered", None),
        (noticed("Delivery"), "delivered", "delivered", None),
    ],
)  # fmt: skip
def test_a_service_that_tells_in_json_is_understood(raw, kind, reason, status):
    [found] = read_bounces(raw)
    assert (found.recipient, found.kind, found.reason, found.status) == (EVA, kind, reason, status)
    assert found.rfc_message_id == "<77@we.example>"


@pytest.mark.parametrize("text", ['{"notificationType":', '{"notificationType":"Bounce","bounce":7,"mail":[]}'])
def test_what_is_no_notice_names_nobody(text):
    assert read_bounces(f"From: a@sns.example\nTo: us@we.example\nSubject: Hello\n\n{text}".encode()) == []


FIELDS = f"Final-Recipient: rfc822; {EVA}\nAction: failed\nStatus: 5.1.1\n"


@pytest.mark.parametrize(
    ("raw", "recipient"),
    [
        (told("550 User unknown").replace(b"us@we.example", EVA.encode()), EVA),
        (f"From: MAILER-DAEMON@mx.example\nTo: {EVA}\n\nIt failed.\n\n--b\nContent-Type: message/delivery-status\n\n"
         f"Reporting-MTA: dns; mx\n\n{FIELDS}\n--b--\n".encode(), EVA),
        (b"From: MAILER-DAEMON <>\nTo: us@we.example\nSubject: Mail delivery failed\n\nThere was an error delivering "
         b"your mail to <postmaster@firma.example>.\n\nhost firma.example not found\n", "postmaster@firma.example"),
        (b"From: MAILER-DAEMON@mx.example\nTo: us@we.example\nContent-Type: multipart/report; boundary=b\n\n--b\n"
         b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; "
         b'"e..va"@firma.example\nAction: failed\nStatus: 5.1.1\n\n--b--\n', '"e..va"@firma.example'),
    ],
    ids=["who wrote to himself", "fields as text", "a postmaster", "a local part in quotes"],
)  # fmt: skip
def test_a_recipient_is_found(raw, recipient):
    assert [each.recipient for each in read_bounces(raw)] == [recipient]


def test_a_report_that_was_sent_on_is_not_read_for_the_one_about_it():
    inner = "From: d@mx.example\nContent-Type: multipart/report; boundary=i\n\n--i\n"
    inner += "Content-Type: message/delivery-status\n\n" + FIELDS.replace("eva", "udo") + "\n--i--\n"
    raw = (
        "From: MAILER-DAEMON@mx.example\nTo: us@we.example\nContent-Type: multipart/report; boundary=b\n\n--b\n"
        f"Content-Type: message/delivery-status\n\n{FIELDS}\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    )
    assert [each.recipient for each in read_bounces(raw.encode())] == [EVA]


def test_what_is_shown_has_both_verdicts():
    [found] = read_bounces(told("Remote host said: 550 5.2.1 This account is disabled"))
    shown = as_shown(found)
    wanted = {"recipient": EVA, "dsn": "5.2.1", "reason": "suspend", "hardbounce": False,
              "reason_class": "mailbox_disabled", "is_hard": True}  # fmt: skip
    assert {name: shown[name] for name in wanted} == wanted
    assert "suppressed" in shown["why_otherwise"]
