// Written by `leadhouse docs` from the API's specification. Do not edit.
// A client knows an operation by its name: Operations["list_leads"]["query"], Operations["list_leads"]["answers"][200].

/** The same whether the address is known or not. */
export type Accepted = {
  /** What is said, for people. */
  message: string;
};

/** A new access token; the session's refresh token stays. */
export type AccessToken = {
  /** Goes into `Authorization: Bearer …` for ten minutes. */
  accessToken: string;
  /** When the access token ends. */
  accessExpiresAt: string;
};

/** Rows by what they are; their fields are those of the API elsewhere, times are UTC. */
export type AccountExport = {
  /** When it was put together. */
  exportedAt: string;
  /** The profile. */
  account: Record<string, unknown>[];
  /** Preferences. */
  preferences: Record<string, unknown>[];
  /** Organizations that the person belongs to. */
  memberships: Record<string, unknown>[];
  /** Teams. */
  teams: Record<string, unknown>[];
  /** Sign-ins. */
  sessions: Record<string, unknown>[];
  /** Accounts at providers. */
  linkedAccounts: Record<string, unknown>[];
  /** Second factors, without their secrets. */
  secondFactors: Record<string, unknown>[];
  /** API keys, without the keys themselves. */
  apiKeys: Record<string, unknown>[];
  /** Names of the person's own, never a value. */
  secrets: Record<string, unknown>[];
  /** To the address, where it is confirmed; and what was accepted. */
  invitations: Record<string, unknown>[];
  /** Mails about the account. */
  mails: Record<string, unknown>[];
  /** What the person was told. */
  notifications: Record<string, unknown>[];
  /** What the person did in the product. */
  usageEvents: Record<string, unknown>[];
  /** What the person did, as the audit log has it. */
  acts: Record<string, unknown>[];
};

/** One act. `change`: column → `{"old", "new"}`, or `{"masked": true}` where it holds personal values. */
export type ActAnswer = {
  /** When it happened. */
  occurredAt: string;
  /** The entry's id. */
  auditId: string;
  /** Which kind of change. */
  verb: string;
  /** On which kind of thing. */
  resource: string;
  /** On which thing. */
  resourceId: string | null;
  /** How it ended. */
  outcome: string;
  /** Who did it; null for a program of the platform. */
  actorUserId: string | null;
  /** The API key's id. */
  apiKeyId: string | null;
  /** The program that did it, where no person did. */
  component: string;
  /** The session's id. */
  sessionId: string | null;
  /** The network address it came from. */
  address: string | null;
  /** What the browser or program called itself. */
  agent: string | null;
  /** More about it, by name. */
  details: Record<string, unknown>;
  /** Columns that changed, with the former and the new value. */
  change: Record<string, unknown> | null;
};

/** Whether it is new; the first reason stays. */
export type AddedSuppression = {
  /** Whether it was not there before. */
  isNew: boolean;
};

/** Who has the lead now. */
export type AssignedLead = {
  /** The lead's id. */
  leadId: string;
  /** Whose it is; null for nobody's. */
  ownerId: string;
};

/** To whom a lead goes, by the member's e-mail address; the member is notified. */
export type Assignment = {
  /** E-mail address. */
  email: string;
};

/** Where the browser that asked has to go now. */
export type AtProvider = {
  /** Where to send the person. */
  authorizationUrl: string;
};

/** One try to deliver a message. */
export type AttemptShape = {
  /** Which attempt, from 1. */
  attemptNo: number;
  /** When it was tried. */
  attemptedAt: string;
  /** How long it took, in milliseconds. */
  durationMs: number;
  /** The status that the receiver answered with; null for no answer. */
  responseStatus: number | null;
  /** What the receiver answered, its beginning. */
  responseBody: string | null;
  /** Why it failed; null where it did not. */
  error: string | null;
};

export type BodyUploadFile = {
  /** Its type and name are those that the part declares. */
  file: string;
  /** Which kind of file it is. */
  bucket?: string;
  /** How it is called in the bucket; else an id. */
  key?: string | null;
};

/** An outcome for each lead, and how many were changed. */
export type BulkAnswer = {
  /** Rows that were changed. */
  changed: number;
  /** What became of each. */
  outcomes: LeadOutcome[];
};

/** To whom up to 100 leads go; null takes them from whoever has them. */
export type BulkAssignment = {
  /** Ids of leads, each once. */
  leadIds: string[];
  /** E-mail address. */
  email: string | null;
};

/** Up to 100 leads. */
export type BulkIds = {
  /** Ids of leads, each once. */
  leadIds: string[];
};

/** The same change of up to 100 leads; `tags` replaces, `addTags` and `removeTags` change. */
export type BulkUpdate = {
  /** Ids of leads, each once. */
  leadIds: string[];
  /** How it stands. */
  status?: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected" | null;
  /** How urgent it is. */
  priority?: "low" | "medium" | "high" | "urgent" | null;
  /** Words that leads are marked with. */
  tags?: string[] | null;
  /** Tags that each lead gets beside its own. */
  addTags?: string[] | null;
  /** Tags that each lead loses. */
  removeTags?: string[] | null;
  /** Free text about it. */
  notes?: string | null;
  /** Fields of the organization's own. */
  customFields?: Record<string, unknown> | null;
  /** The campaign's id. */
  campaignId?: string | null;
  /** Why. */
  reason?: string | null;
};

/** One campaign: all of it, a range, and how it moved. */
export type CampaignAnalytics = {
  /** The moment the figures were taken. */
  asOf: string;
  /** The campaign's id. */
  campaignId: string;
  /** The name. */
  name: string;
  /** How it stands. */
  status: string;
  /** The days that are shown. */
  days: Days;
  /** Sums since the beginning. */
  totals: CampaignTotals;
  /** Sums over the days. */
  figures: Figures;
  /** Ratios over the days. */
  ratios: Ratios;
  /** Sums over the time before. */
  figuresBefore: Figures;
  /** Ratios over the time before. */
  ratiosBefore: Ratios;
  /** How figures and ratios changed against the time before. */
  change: Changes;
  /** Messages over time. */
  messageTimeline: MessagePoint[];
  /** Leads over time. */
  leadTimeline: LeadPoint[];
  /** Leads by status. */
  statusDistribution: Share[];
  /** Leads by rating. */
  qualificationDistribution: Share[];
};

/** A campaign. Rates are null where there is nothing to divide by. */
export type CampaignShape = {
  /** The campaign's id. */
  campaignId: string;
  /** The name. */
  name: string;
  /** What it is for. */
  description: string | null;
  /** Which type it is. */
  type: "email" | "social" | "content" | "mixed" | "linkedin" | "call";
  /** How it stands. */
  status: "draft" | "active" | "paused" | "completed";
  /** The client's id. */
  clientId: string | null;
  /** The client's name. */
  clientName: string | null;
  /** The account that messages go out from. */
  emailAccountId: string | null;
  /** The suite the campaign belongs to. */
  suiteName: string;
  /** Settings under names of the organization's or the source's type. */
  config: Record<string, unknown>;
  /** How many members it has. */
  members: number;
  /** Members that get no further step. */
  membersStopped: number;
  /** Live leads by the day they were made, in the organization's time zone. */
  leads: number;
  /** Leads that ever reached the status qualified, whatever became of them. */
  leadsQualified: number;
  /** Leads that ever reached the status contacted. */
  leadsContacted: number;
  /** Leads that first reached the status converted within 90 days of being made. */
  leadsConverted: number;
  /** Messages that were accepted, bounced, rejected, or whose answer was lost. */
  attempted: number;
  /** Accepted, and no bounce within 7 days of the attempt. */
  delivered: number;
  /** People with at least one delivered message of a campaign. */
  peopleDelivered: number;
  /** People with a human reply within 14 days of a delivered message. Out-of-office notes and machines do not count; where a person has put a reply right, that says what it is. */
  peopleReplied: number;
  /** People who answered, of those to whom something was delivered; elsewhere called reply rate. */
  responseRate: number | null;
  /** Leads that ever qualified, of those created. */
  qualificationRate: number | null;
  /** Leads that converted within 90 days, of those created. */
  conversionRate: number | null;
  /** The user who made it. */
  createdBy: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

export type CampaignSort = "createdAt" | "updatedAt" | "name" | "status" | "members" | "leads" | "responseRate" | "qualificationRate" | "conversionRate";

/** A new campaign, a draft. `config` holds caps and wanted attributes. */
export type CampaignToCreate = {
  /** The name. */
  name: string;
  /** Which type it is. */
  type?: "email" | "social" | "content" | "mixed" | "linkedin" | "call";
  /** What it is for. */
  description?: string | null;
  /** The client's id. */
  clientId?: string | null;
  /** The account that messages go out from. */
  emailAccountId?: string | null;
  /** Settings under names of the organization's or the source's type. */
  config?: Record<string, JsonValue>;
};

/** Everything since the campaign began, as the database keeps it. */
export type CampaignTotals = {
  /** How many members it has. */
  members: number;
  /** Members that get no further step. */
  membersStopped: number;
  /** Members of frozen audiences. Decisions sum to the audience. */
  candidates: number;
  /** Messages of which it is known what became of them. */
  decidedSent: number;
  /** People with at least one attempted message of a campaign. */
  people: number;
  /** Messages that were accepted, bounced, rejected, or whose answer was lost. */
  attempted: number;
  /** Accepted, and no bounce within 7 days of the attempt. */
  delivered: number;
  /** People with at least one delivered message of a campaign. */
  peopleDelivered: number;
  /** People with a human reply within 14 days of a delivered message. Out-of-office notes and machines do not count; where a person has put a reply right, that says what it is. */
  peopleReplied: number;
  /** People who opted out within 14 days of a delivered message. */
  peopleUnsubscribed: number;
  /** Live leads by the day they were made, in the organization's time zone. */
  leads: number;
  /** Leads that ever reached the status qualified, whatever became of them. */
  leadsQualified: number;
  /** Leads that ever reached the status contacted. */
  leadsContacted: number;
  /** Leads that first reached the status converted within 90 days of being made. */
  leadsConverted: number;
  /** Messages that came back or were refused, of those attempted. */
  bounceRate: number | null;
  /** People who answered, of those to whom something was delivered; elsewhere called reply rate. */
  responseRate: number | null;
  /** People who opted out, of those to whom something was delivered. */
  unsubscribeRate: number | null;
  /** Messages reported as spam, of those delivered. */
  complaintRate: number | null;
  /** Leads that ever qualified, of those created. */
  qualificationRate: number | null;
  /** Leads that converted within 90 days, of those created. */
  conversionRate: number | null;
};

/** What changes; what is left out stays. `status` follows draft, active, paused, completed. */
export type CampaignUpdate = {
  /** The name. */
  name?: string | null;
  /** What it is for. */
  description?: string | null;
  /** How it stands. */
  status?: "draft" | "active" | "paused" | "completed" | null;
  /** The client's id. */
  clientId?: string | null;
  /** The account that messages go out from. */
  emailAccountId?: string | null;
  /** Settings under names of the organization's or the source's type. */
  config?: Record<string, JsonValue> | null;
};

/** One candidate value of an attribute: where it stands, how sure it is, and the rule that placed it. */
export type CandidateShape = {
  /** Which fact it is. */
  attribute: string;
  /** The value. */
  value: string | null;
  /** Its place in the order. */
  place: number;
  /** Whether this value is the one that is shown. */
  isWinner: boolean;
  /** Whether the source names it as the main one. */
  isPrimary: boolean;
  /** The rule that chose the value. */
  ruleId: string;
  /** How sure the extractor was, 0 to 1. */
  confidence: number;
  /** Sources that tell the same. */
  agreeingSources: number;
  /** The source's key, such as `web/pixelwerk-studio.example`. */
  sourceKey: string;
  /** The address on the web. */
  url: string | null;
  /** Where in the document it stands. */
  locator: string | null;
  /** The value as the source wrote it. */
  rawValue: string | null;
  /** When the source told it. */
  observedAt: string | null;
  /** Which extractor read it. */
  extractor: string | null;
  /** Which version of the extractor. */
  extractorVersion: string | null;
  /** Whether it comes from a source of the organization's own. */
  isPrivate: boolean;
};

/** The password was right, and a second factor is enrolled: answer at `/auth/second-factor` within five minutes. */
export type Challenge = {
  /** Proves the first step of a sign-in; goes back with the code. */
  challenge: string;
};

/** The leads that the call changed. */
export type ChangedLeads = {
  /** Ids of leads, each once. */
  leadIds: string[];
};

/** The leads that the call put in or took out. */
export type ChangedMembers = {
  /** Ids of leads, each once. */
  leadIds: string[];
};

/** Figures, as docs/metrics.md defines them. */
export type Changes = {
  /** People with at least one attempted message of a campaign. */
  people: number | null;
  /** Messages that were accepted, bounced, rejected, or whose answer was lost. */
  attempted: number | null;
  /** Accepted, and no bounce within 7 days of the attempt. */
  delivered: number | null;
  /** Accepted at first, and back within 7 days. */
  bounced: number | null;
  /** Refused by the server that was asked to take them. */
  rejected: number | null;
  /** The server's answer was lost; nobody knows whether they went out. */
  unknown: number | null;
  /** Bounced or rejected because of the mailbox or domain (unknown or disabled). */
  hardBounced: number | null;
  /** Bounced or rejected for a policy or for the sender's reputation; the mailbox lives. */
  policyBounced: number | null;
  /** Messages that their reader reported as spam. */
  complained: number | null;
  /** People with at least one delivered message of a campaign. */
  peopleDelivered: number | null;
  /** People with a human reply within 14 days of a delivered message. Out-of-office notes and machines do not count; where a person has put a reply right, that says what it is. */
  peopleReplied: number | null;
  /** Of the people who replied, those with a reply that says yes, as it was read when it landed or put right by a person since. */
  peopleRepliedPositive: number | null;
  /** People with a meeting within 30 days of a delivered message, told of its campaign or of none. */
  peopleMet: number | null;
  /** People who opted out within 14 days of a delivered message. */
  peopleUnsubscribed: number | null;
  /** Live leads by the day they were made, in the organization's time zone. */
  leads: number | null;
  /** Leads that ever reached the status qualified, whatever became of them. */
  leadsQualified: number | null;
  /** Leads that ever reached the status contacted. */
  leadsContacted: number | null;
  /** Leads that first reached the status converted within 90 days of being made. */
  leadsConverted: number | null;
  /** Leads that a person has rated from 1 to 5. */
  leadsRated: number | null;
  /** What the ratings add up to; over the leads rated it is their average. */
  ratingTotal: number | null;
};

/** A client. */
export type ClientAnswer = {
  /** The client's id. */
  clientId: string;
  /** The name. */
  name: string;
  /** When it was made. */
  createdAt: string;
};

/** What a client is called; once in the organization. */
export type ClientName = {
  /** The name. */
  name: string;
};

/** The organization's slug, typed once more. */
export type Closing = {
  /** The organization's short name in addresses. */
  slug: string;
};

/** When its rows are deleted; until then the operator can take it back. */
export type ClosingAnswer = {
  /** When it takes effect. */
  dueAt: string;
};

/** A code of the authenticator, or a recovery code where one may stand in its place. */
export type Code = {
  /** Six digits of the authenticator, or a recovery code. */
  code: string;
};

/** A company with the candidates of each of its values, best first. */
export type CompanyDetails = {
  /** The company's id. */
  companyId: string;
  /** The name. */
  name: string | null;
  /** The name in the register. */
  legalName: string | null;
  /** The domain of the company's site. */
  domain: string | null;
  /** ISO 3166-1 alpha-2. */
  countryCode: string | null;
  /** Division of NACE Rev. 2. */
  industryCode: string | null;
  /** How many people work there, as a range. */
  employeeBand: string | null;
  /** An address of the company, of nobody by name. */
  emailGeneric: string | null;
  /** Telephone number (E.164). */
  phoneE164: string | null;
  /** Whether it comes from a source of the organization's own. */
  isPrivate: boolean;
  /** Sources that tell something of it. */
  sourceCount: number;
  /** Share of the facts that are known, 0 to 1. */
  completenessRatio: number;
  /** When a source confirmed it the last time. */
  lastVerifiedAt: string | null;
  /** Each fact with its source. */
  values: CandidateShape[];
};

/** A company as the organization sees it. `isPrivate`: nobody else knows of it. */
export type CompanyShape = {
  /** The company's id. */
  companyId: string;
  /** The name. */
  name: string | null;
  /** The name in the register. */
  legalName: string | null;
  /** The domain of the company's site. */
  domain: string | null;
  /** ISO 3166-1 alpha-2. */
  countryCode: string | null;
  /** Division of NACE Rev. 2. */
  industryCode: string | null;
  /** How many people work there, as a range. */
  employeeBand: string | null;
  /** An address of the company, of nobody by name. */
  emailGeneric: string | null;
  /** Telephone number (E.164). */
  phoneE164: string | null;
  /** Whether it comes from a source of the organization's own. */
  isPrivate: boolean;
  /** Sources that tell something of it. */
  sourceCount: number;
  /** Share of the facts that are known, 0 to 1. */
  completenessRatio: number;
  /** When a source confirmed it the last time. */
  lastVerifiedAt: string | null;
};

export type CompanySort = "name" | "domain" | "sourceCount" | "completenessRatio" | "lastVerifiedAt";

/** A new subscription with its signing secret, which is shown here alone. */
export type CreatedWebhookShape = {
  /** The webhook's id. */
  webhookId: string;
  /** The name. */
  name: string;
  /** Which receiver the messages are written for. */
  format: "standard" | "slack" | "zapier";
  /** The address on the web. */
  url: string;
  /** What it is told of. */
  eventTypes: string[];
  /** How it stands. */
  status: "enabled" | "disabled";
  /** Why nothing is sent any more; null while it is. */
  disabledReason: string | null;
  /** Since when nothing was taken; null where all is well. */
  failingSince: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
  /** The secret, shown this once. */
  secret: string;
};

/** The days that were counted, both ends included, in the organization's time zone; and those before. */
export type Days = {
  /** Which days are meant. */
  range: "7d" | "30d" | "90d" | "1y";
  /** The first day that is shown. */
  firstDay: string;
  /** The last day that is shown. */
  lastDay: string;
  /** First day of the time it is compared with. */
  beforeFirstDay: string;
  /** Last day of the time it is compared with. */
  beforeLastDay: string;
};

/** The decision's row, and how many people or companies changed by it. */
export type DecidedMatch = {
  /** The pair's id. */
  matchDecisionId: string;
  /** Records that belong to another entity now. */
  entitiesChanged: number;
};

/** A row that can still be restored: within 30 days of its deletion. */
export type DeletedShape = {
  /** Which kind it is. */
  kind: "campaign" | "list" | "segment" | "data_source" | "lead";
  /** Its id, of whichever kind it is. */
  id: string;
  /** The name. */
  name: string | null;
  /** When it was deleted; null while it stands. */
  deletedAt: string;
};

export type DeletedSort = "deletedAt" | "name";

/** A message that was put in line. */
export type DeliveryIdShape = {
  /** The delivery's id. */
  deliveryId: string;
};

/** A message: its id is what the receiver gets as `webhook-id`. */
export type DeliveryShape = {
  /** The delivery's id. */
  deliveryId: string;
  /** The webhook's id. */
  webhookId: string;
  /** What kind of event it is. */
  eventType: string;
  /** The message as it goes out. */
  payload: Record<string, unknown>;
  /** How it stands. */
  status: "pending" | "delivered" | "failed";
  /** How often it was tried. */
  attemptCount: number;
  /** When it is tried again; null where it is not. */
  nextAttemptAt: string;
  /** The status that the receiver answered with; null for no answer. */
  responseStatus: number | null;
  /** When the receiver took it; null before. */
  deliveredAt: string | null;
  /** When it was made. */
  createdAt: string;
  /** The attempts, in their order. */
  attempts: AttemptShape[];
};

/** What an authenticator needs, shown once; `uri` is what a QR code holds. */
export type Enrolment = {
  /** The secret, shown this once. */
  secret: string;
  /** For an authenticator, as a QR code (otpauth). */
  uri: string;
};

/** An entry of the ledger; `amount` is negative for a debit or an expiry. */
export type EntryShape = {
  /** The entry's id. */
  transactionId: string;
  /** The entry's number; a later one is higher. */
  entryNo: number;
  /** Which kind it is. */
  kind: string;
  /** Credits: given where positive, taken where negative. */
  amount: number;
  /** Credits that were left after it. */
  balanceAfter: number;
  /** Why. */
  reason: string;
  /** The request it belongs to. */
  requestId: string | null;
  /** When it was made. */
  createdAt: string;
};

export type EntrySort = "entryNo";

/** An export; `sha256` (hexadecimal) and `sizeBytes` are the file's. */
export type ExportShape = {
  /** The export's id. */
  exportId: string;
  /** The name. */
  name: string;
  /** The columns, in their order. */
  columns: string[];
  /** The list's id. */
  listId: string | null;
  /** The segment's id. */
  segmentId: string | null;
  /** Whether leads of former exports are left out. */
  leavesOutExported: boolean;
  /** How far it is. */
  state: "running" | "completed" | "failed";
  /** Rows of the file. */
  rowCount: number | null;
  /** Size in bytes. */
  sizeBytes: number | null;
  /** SHA-256 of the content, as hexadecimal digits. */
  sha256: string | null;
  /** The file's id. */
  objectId: string | null;
  /** The user who made it. */
  createdBy: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it ended; null before. */
  finishedAt: string | null;
};

export type ExportSort = "createdAt" | "name" | "rowCount";

/** Which leads, and what of them. A segment's rule is added to the filters. */
export type ExportToMake = {
  /** The name. */
  name?: string;
  /** lead_id, full_name, title, email, email_status, phone, company, domain, country_code, status, priority, rating, lead_score, owner, campaign, source, tags, notes, entity_kind, created_at, updated_at, custom_fields.<name>. */
  columns?: string[];
  /** How it stands. */
  status?: ("new" | "qualified" | "contacted" | "converted" | "lost" | "rejected")[];
  /** How urgent it is. */
  priority?: ("low" | "medium" | "high" | "urgent")[];
  /** The campaign's id. */
  campaignId?: string | null;
  /** The owner's user id. */
  assignedTo?: string | null;
  /** Words that leads are marked with. */
  tags?: string[];
  /** The list's id. */
  listId?: string | null;
  /** The segment's id. */
  segmentId?: string | null;
  /** Words that a lead must have. */
  search?: string | null;
  /** The rule that chooses. */
  criteria?: Record<string, JsonValue>;
  /** Whether leads of former exports are left out. */
  leavesOutExported?: boolean;
};

/** Figures, as docs/metrics.md defines them. */
export type Figures = {
  /** People with at least one attempted message of a campaign. */
  people: number;
  /** Messages that were accepted, bounced, rejected, or whose answer was lost. */
  attempted: number;
  /** Accepted, and no bounce within 7 days of the attempt. */
  delivered: number;
  /** Accepted at first, and back within 7 days. */
  bounced: number;
  /** Refused by the server that was asked to take them. */
  rejected: number;
  /** The server's answer was lost; nobody knows whether they went out. */
  unknown: number;
  /** Bounced or rejected because of the mailbox or domain (unknown or disabled). */
  hardBounced: number;
  /** Bounced or rejected for a policy or for the sender's reputation; the mailbox lives. */
  policyBounced: number;
  /** Messages that their reader reported as spam. */
  complained: number;
  /** People with at least one delivered message of a campaign. */
  peopleDelivered: number;
  /** People with a human reply within 14 days of a delivered message. Out-of-office notes and machines do not count; where a person has put a reply right, that says what it is. */
  peopleReplied: number;
  /** Of the people who replied, those with a reply that says yes, as it was read when it landed or put right by a person since. */
  peopleRepliedPositive: number;
  /** People with a meeting within 30 days of a delivered message, told of its campaign or of none. */
  peopleMet: number;
  /** People who opted out within 14 days of a delivered message. */
  peopleUnsubscribed: number;
  /** Live leads by the day they were made, in the organization's time zone. */
  leads: number;
  /** Leads that ever reached the status qualified, whatever became of them. */
  leadsQualified: number;
  /** Leads that ever reached the status contacted. */
  leadsContacted: number;
  /** Leads that first reached the status converted within 90 days of being made. */
  leadsConverted: number;
  /** Leads that a person has rated from 1 to 5. */
  leadsRated: number;
  /** What the ratings add up to; over the leads rated it is their average. */
  ratingTotal: number;
};

/** A stored file; `sha256` is hexadecimal. */
export type FileShape = {
  /** The file's id. */
  objectId: string;
  /** Which kind of file it is. */
  bucket: string;
  /** The name it is stored under. */
  key: string;
  /** The name the file had where it came from. */
  originalName: string;
  /** Media type. */
  contentType: string;
  /** Size in bytes. */
  sizeBytes: number;
  /** SHA-256 of the content, as hexadecimal digits. */
  sha256: string;
  /** The user who made it. */
  createdBy: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it ends; null where it does not. */
  expiresAt: string | null;
};

export type FileSort = "createdAt" | "originalName" | "sizeBytes";

/** `down` when the database does not answer within two seconds. */
export type Health = {
  /** How it stands. */
  status: "up" | "down";
};

/** One touchpoint with a lead. `messageId` names the message that it tells of. */
export type InteractionShape = {
  /** The interaction's id. */
  interactionId: string;
  /** The lead's id. */
  leadId: string;
  /** Which type it is. */
  type: "email" | "reply" | "call" | "meeting" | "note" | "linkedin" | "invitation";
  /** Whether it came in or went out. */
  direction: "inbound" | "outbound" | "internal";
  /** The text. */
  content: string | null;
  /** How it ended. */
  outcome: string | null;
  /** What the reply says. */
  replyKind: "positive" | "later" | "referral" | "declined" | "opt_out" | "out_of_office" | "other" | null;
  /** What a language model made of the content. */
  aiAnalysis: Record<string, unknown> | null;
  /** The campaign's id. */
  campaignId: string | null;
  /** The message that it is about. */
  messageId: string | null;
  /** When it happened. */
  occurredAt: string;
  /** The user who made it. */
  createdBy: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

export type InteractionSort = "occurredAt";

/** What happened with a lead; now, unless `occurredAt` says when (UTC or with its zone). */
export type InteractionToRecord = {
  /** The lead's id. */
  leadId: string;
  /** Which type it is. */
  type: "email" | "reply" | "call" | "meeting" | "note" | "linkedin" | "invitation";
  /** Whether it came in or went out. */
  direction: "inbound" | "outbound" | "internal";
  /** The text. */
  content?: string | null;
  /** How it ended. */
  outcome?: string | null;
  /** When it happened. */
  occurredAt?: string | null;
  /** The campaign's id. */
  campaignId?: string | null;
  /** What a language model made of the content. */
  aiAnalysis?: Record<string, JsonValue> | null;
};

/** What is put right; what is left out stays. `replyKind` is of replies alone. */
export type InteractionUpdate = {
  /** The text. */
  content?: string | null;
  /** How it ended. */
  outcome?: string | null;
  /** What the reply says. */
  replyKind?: "positive" | "later" | "referral" | "declined" | "opt_out" | "out_of_office" | "other" | null;
  /** What a language model made of the content. */
  aiAnalysis?: Record<string, JsonValue> | null;
};

/** One that is open; it is past once `expiresAt` is. */
export type InvitationAnswer = {
  /** The invitation's id. */
  invitationId: string;
  /** E-mail address. */
  email: string;
  /** The role in the organization. */
  role: string;
  /** The client's id. */
  clientId: string | null;
  /** The team's id. */
  teamId: string | null;
  /** The user who made it. */
  createdBy: string;
  /** When it was made. */
  createdAt: string;
  /** When it ends; null where it does not. */
  expiresAt: string;
};

/** A person whom an organization has invited. */
export type InvitedSignUp = {
  /** The token of the mailed invitation. */
  invitation: string;
  /** The password. */
  password: string;
  /** First and last name. */
  fullName: string;
};

/** The run in Airflow that does a job's work; `runUrl` is null where no Airflow is configured. */
export type JobRunShape = {
  /** The job's id. */
  jobId: string;
  /** The DAG in Airflow. */
  dagId: string;
  /** The run in Airflow. */
  dagRunId: string;
  /** Which run of the job, from 1. */
  runNo: number;
  /** The run's page in Airflow. */
  runUrl: string | null;
  /** When the dispatcher gave it a run. */
  dispatchedAt: string | null;
};

/** A job. `wantedStatus` is what it will be at its next safe point; `dagRunId` names its run in Airflow. */
export type JobShape = {
  /** The job's id. */
  jobId: string;
  /** Which kind it is. */
  kind: "crawl" | "import" | "enrich";
  /** How it stands. */
  status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
  /** What it was asked to become; null for nothing. */
  wantedStatus: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled" | null;
  /** What the job was asked for. */
  parameters: Record<string, unknown>;
  /** By what the job runs. */
  runOn: string;
  /** Which run of the job, from 1. */
  runNo: number;
  /** The run in Airflow. */
  dagRunId: string | null;
  /** Whether it may start; else it waits for `start`. */
  isReleased: boolean;
  /** Who asked for it. */
  requestedBy: string | null;
  /** When it was asked for. */
  requestedAt: string;
  /** When the dispatcher gave it a run. */
  dispatchedAt: string | null;
  /** When it began; null before. */
  startedAt: string | null;
  /** When it ended; null before. */
  finishedAt: string | null;
  /** Units there are; null while that is not known. */
  progressTotal: number;
  /** Units that are done. */
  progressDone: number;
  /** Units that failed. */
  progressFailed: number;
  /** What the job has counted so far, by name. */
  counts: Record<string, unknown>;
  /** Why it failed; null where it did not. */
  error: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

export type JobSort = "requestedAt" | "startedAt" | "finishedAt" | "status" | "kind";

/** What is asked for. A crawl takes source keys or addresses of the open web; the other kinds take source keys. */
export type JobToCreate = {
  /** Which kind it is. */
  kind?: "crawl" | "import" | "enrich";
  /** Keys of sources. */
  sourceKeys?: string[] | null;
  /** Where a crawl begins. */
  urls?: string[] | null;
  /** The most pages a crawl reads. */
  pages?: number | null;
  /** How many processes share the crawl. */
  shards?: number | null;
  /** Why. */
  reason?: string | null;
  /** False: it waits for `start`. */
  isReleased?: boolean;
};

/** The membership that came of an invitation. */
export type Joined = {
  /** The organization's id. */
  organizationId: string;
  /** The role in the organization. */
  role: string;
};

export type JsonValue = unknown;

/** A key as its owner and the admins see it. */
export type KeyAnswer = {
  /** The API key's id. */
  apiKeyId: string;
  /** The user's id. */
  userId: string;
  /** The name. */
  name: string;
  /** The first signs, by which the key is known again. */
  prefix: string;
  /** What is allowed, as resource:action. */
  permissions: string[];
  /** When it was made. */
  createdAt: string;
  /** When it ends; null where it does not. */
  expiresAt: string | null;
  /** When it was used the last time; null for never. */
  lastUsedAt: string | null;
  /** When it was ended; null while it holds. */
  revokedAt: string | null;
};

/** Leads of a range by day, week or month, and what they are. */
export type LeadAnalytics = {
  /** The moment the figures were taken. */
  asOf: string;
  /** The days that are shown. */
  days: Days;
  /** What a point of the timeline covers. */
  groupBy: "day" | "week" | "month";
  /** The campaign's id. */
  campaignId: string | null;
  /** Sums over the days. */
  figures: LeadFigures;
  /** Ratios over the days. */
  ratios: LeadRatios;
  /** Sums over the time before. */
  figuresBefore: LeadFigures;
  /** Ratios over the time before. */
  ratiosBefore: LeadRatios;
  /** How figures and ratios changed against the time before. */
  change: LeadFigureChanges;
  /** Points over time. */
  timeline: LeadPoint[];
  /** Leads by status. */
  statusDistribution: Share[];
  /** Leads by rating. */
  qualificationDistribution: Share[];
  /** Leads by priority. */
  priorityDistribution: Share[];
  /** Leads by source. */
  sourceDistribution: Share[];
};

/** Figures, as docs/metrics.md defines them. */
export type LeadFigureChanges = {
  /** Live leads by the day they were made, in the organization's time zone. */
  leads: number | null;
  /** Leads that ever reached the status qualified, whatever became of them. */
  leadsQualified: number | null;
  /** Leads that ever reached the status contacted. */
  leadsContacted: number | null;
  /** Leads that first reached the status converted within 90 days of being made. */
  leadsConverted: number | null;
  /** Leads that a person has rated from 1 to 5. */
  leadsRated: number | null;
  /** What the ratings add up to; over the leads rated it is their average. */
  ratingTotal: number | null;
};

/** Figures, as docs/metrics.md defines them. */
export type LeadFigures = {
  /** Live leads by the day they were made, in the organization's time zone. */
  leads: number;
  /** Leads that ever reached the status qualified, whatever became of them. */
  leadsQualified: number;
  /** Leads that ever reached the status contacted. */
  leadsContacted: number;
  /** Leads that first reached the status converted within 90 days of being made. */
  leadsConverted: number;
  /** Leads that a person has rated from 1 to 5. */
  leadsRated: number;
  /** What the ratings add up to; over the leads rated it is their average. */
  ratingTotal: number;
};

/** A lead's way: status and owner from the first on, the grounds with the one that counts first. */
export type LeadHistory = {
  /** The statuses it had, in their order. */
  statuses: StatusChangeShape[];
  /** Whose it was, in their order. */
  owners: OwnerChangeShape[];
  /** On which legal bases the lead rested, in their order. */
  legalBases: LegalBasisShape[];
};

/** What became of one lead of a bulk call. */
export type LeadOutcome = {
  /** The lead's id. */
  leadId: string;
  /** How it ended. */
  outcome: "updated" | "deleted" | "forbidden" | "not_found";
};

/** Figures, as docs/metrics.md defines them. */
export type LeadPoint = {
  /** The first day of the point. */
  startsOn: string;
  /** Live leads by the day they were made, in the organization's time zone. */
  leads: number;
  /** Leads that ever reached the status qualified, whatever became of them. */
  leadsQualified: number;
  /** Leads that ever reached the status contacted. */
  leadsContacted: number;
  /** Leads that first reached the status converted within 90 days of being made. */
  leadsConverted: number;
  /** Leads that a person has rated from 1 to 5. */
  leadsRated: number;
  /** What the ratings add up to; over the leads rated it is their average. */
  ratingTotal: number;
};

/** What is known of a lead's person and company, and why each value is what it is. */
export type LeadProvenance = {
  /** The lead's id. */
  leadId: string;
  /** The person's id. */
  personId: string | null;
  /** The company's id. */
  companyId: string | null;
  /** What each source tells of the person. */
  person: CandidateShape[];
  /** What each source tells of the company. */
  company: CandidateShape[];
};

/** A person's judgement with the criteria it rests on; the organization's threshold makes the status of it. */
export type LeadRating = {
  /** 1 to 5. */
  rating: number;
  /** What was looked at, and what was found: names and values of the rater's own. */
  criteria?: Record<string, unknown>;
};

/** Ratios, as docs/metrics.md defines them. */
export type LeadRatios = {
  /** Leads that ever qualified, of those created. */
  qualificationRate: RatioShape;
  /** Leads that converted within 90 days, of those created. */
  conversionRate: RatioShape;
  /** The mean of the ratings from 1 to 5, of leads that have one. */
  averageRating: RatioShape;
};

/** The score of now, 0 to 100, and why. */
export type LeadScore = {
  /** The lead's id. */
  leadId: string;
  /** 0 to 100; null before the first scoring. */
  leadScore: number | null;
  /** What the score is made of. */
  factors: ScoreFactor[];
};

/** A lead with everything that stands beside it; `qualification_data` is null until the lead is rated. */
export type LeadShape = {
  /** The lead's id. */
  leadId: string;
  /** A person or a company. */
  entityKind: "person" | "company";
  /** How it stands. */
  status: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected";
  /** How urgent it is. */
  priority: "low" | "medium" | "high" | "urgent";
  /** The last rating, 1 to 5; null before the first. */
  rating1To5?: number | null;
  /** Whose it is; null for nobody's. */
  ownerId: string | null;
  /** The campaign's id. */
  campaignId: string | null;
  /** Words that leads are marked with. */
  tags: string[];
  /** The source that the lead came from first. */
  firstSource: string;
  /** First and last name. */
  fullName: string | null;
  /** Position in the company. */
  title: string | null;
  /** The e-mail address in its one form. */
  emailNormalized: string | null;
  /** What verification found of the address. */
  emailStatus: string | null;
  /** Telephone number (E.164). */
  phoneE164: string | null;
  /** The company's id. */
  companyId: string | null;
  /** The company's name. */
  companyName: string | null;
  /** The domain of the company's site. */
  domain: string | null;
  /** ISO 3166-1 alpha-2. */
  countryCode: string | null;
  /** 0 to 100; null before the first scoring. */
  leadScore: number | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
  /** The person or company behind it. */
  entityId: string;
  /** The last judgement. */
  qualificationData: Qualification | null;
  /** The owner's name. */
  ownerName: string | null;
  /** The owner's address. */
  ownerEmail: string | null;
  /** The campaign's name. */
  campaignName: string | null;
  /** The client's id. */
  clientId: string | null;
  /** Free text about it. */
  notes: string | null;
  /** Fields of the organization's own. */
  customFields: Record<string, unknown>;
  /** The user who made it. */
  createdBy: string | null;
};

export type LeadSort = "createdAt" | "updatedAt" | "leadScore" | "fullName";

/** A new lead: a person or a company by what is known of it, and the work on it. */
export type LeadToEnter = {
  /** First and last name. */
  fullName?: string | null;
  /** Position in the company. */
  title?: string | null;
  /** The e-mail address in its one form. */
  emailNormalized?: string | null;
  /** Telephone number (E.164). */
  phoneE164?: string | null;
  /** The company's name. */
  companyName?: string | null;
  /** The domain of the company's site. */
  domain?: string | null;
  /** ISO 3166-1 alpha-2. */
  countryCode?: string | null;
  /** A profile in a network. */
  socialUrl?: string | null;
  /** The campaign's id. */
  campaignId?: string | null;
  /** How it stands. */
  status?: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected" | null;
  /** How urgent it is. */
  priority?: "low" | "medium" | "high" | "urgent" | null;
  /** Words that leads are marked with. */
  tags?: string[] | null;
  /** Free text about it. */
  notes?: string | null;
  /** Fields of the organization's own. */
  customFields?: Record<string, unknown> | null;
  /** The owner's user id. */
  assignedTo?: string | null;
};

/** What changes; what is left out stays. Facts become corrections, which go before what sources say. */
export type LeadUpdate = {
  /** First and last name. */
  fullName?: string | null;
  /** Position in the company. */
  title?: string | null;
  /** The e-mail address in its one form. */
  emailNormalized?: string | null;
  /** Telephone number (E.164). */
  phoneE164?: string | null;
  /** The company's name. */
  companyName?: string | null;
  /** The domain of the company's site. */
  domain?: string | null;
  /** ISO 3166-1 alpha-2. */
  countryCode?: string | null;
  /** How it stands. */
  status?: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected" | null;
  /** How urgent it is. */
  priority?: "low" | "medium" | "high" | "urgent" | null;
  /** Words that leads are marked with. */
  tags?: string[] | null;
  /** Free text about it. */
  notes?: string | null;
  /** Fields of the organization's own. */
  customFields?: Record<string, unknown> | null;
  /** The campaign's id. */
  campaignId?: string | null;
  /** Why. */
  reason?: string | null;
};

/** On which ground a lead's data is kept (GDPR, article 6). */
export type LegalBasisShape = {
  /** The legal basis (GDPR article 6). */
  basis: string;
  /** When it was recorded. */
  recordedAt: string;
  /** Who recorded it. */
  recordedBy: string | null;
  /** What shows it. */
  evidence: Record<string, unknown>;
};

/** An account elsewhere with which the person signs in. */
export type LinkedAccount = {
  /** The linked account's id. */
  externalIdentityId: string;
  /** The provider's key. */
  provider: string;
  /** When it was made. */
  createdAt: string;
  /** When it was used the last time; null for never. */
  lastUsedAt: string | null;
};

/** Up to 100 leads. */
export type ListMembers = {
  /** Ids of leads, each once. */
  leadIds: string[];
};

/** A list; `members` counts the live leads in it that the caller sees. */
export type ListShape = {
  /** The list's id. */
  listId: string;
  /** The name. */
  name: string;
  /** What it is for. */
  description: string | null;
  /** Whether all of the organization use it. */
  isShared: boolean;
  /** How many members it has. */
  members: number;
  /** The user who made it. */
  createdBy: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

export type ListSort = "name" | "members" | "createdAt" | "updatedAt";

/** A new list, the caller's; a shared one is seen in the scope of the role. */
export type ListToCreate = {
  /** The name. */
  name: string;
  /** What it is for. */
  description?: string | null;
  /** Whether all of the organization use it. */
  isShared?: boolean;
};

/** What changes; what is left out stays. */
export type ListUpdate = {
  /** The name. */
  name?: string | null;
  /** What it is for. */
  description?: string | null;
  /** Whether all of the organization use it. */
  isShared?: boolean | null;
};

/** A lead as the work list shows it. Facts of person and company come from the marts and from corrections. */
export type ListedLead = {
  /** The lead's id. */
  leadId: string;
  /** A person or a company. */
  entityKind: "person" | "company";
  /** How it stands. */
  status: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected";
  /** How urgent it is. */
  priority: "low" | "medium" | "high" | "urgent";
  /** The last rating, 1 to 5; null before the first. */
  rating1To5?: number | null;
  /** Whose it is; null for nobody's. */
  ownerId: string | null;
  /** The campaign's id. */
  campaignId: string | null;
  /** Words that leads are marked with. */
  tags: string[];
  /** The source that the lead came from first. */
  firstSource: string;
  /** First and last name. */
  fullName: string | null;
  /** Position in the company. */
  title: string | null;
  /** The e-mail address in its one form. */
  emailNormalized: string | null;
  /** What verification found of the address. */
  emailStatus: string | null;
  /** Telephone number (E.164). */
  phoneE164: string | null;
  /** The company's id. */
  companyId: string | null;
  /** The company's name. */
  companyName: string | null;
  /** The domain of the company's site. */
  domain: string | null;
  /** ISO 3166-1 alpha-2. */
  countryCode: string | null;
  /** 0 to 100; null before the first scoring. */
  leadScore: number | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

/** One line of a job's log; `logNo` grows. */
export type LogShape = {
  /** The line's number; a later one is higher. */
  logNo: number;
  /** The line's id. */
  logId: string;
  /** How grave it is. */
  level: "debug" | "info" | "warning" | "error";
  /** What is said, for people. */
  message: string;
  /** More about it, by name. */
  details: Record<string, unknown>;
  /** When it was logged. */
  loggedAt: string;
};

/** The invitation. What accepts it goes to the address by mail and is shown to nobody else. */
export type MadeInvitation = {
  /** The invitation's id. */
  invitationId: string;
  /** When it ends; null where it does not. */
  expiresAt: string;
};

/** The key itself: shown here, and never again. */
export type MadeKey = {
  /** The API key's id. */
  apiKeyId: string;
  /** The key itself, shown this once. */
  key: string;
};

/** How many had not been read. */
export type Marked = {
  /** How many were marked. */
  marked: number;
};

/** What a person says of a pair; `undecided` takes an earlier decision back. */
export type MatchDecision = {
  /** One of the two entities. */
  entityA: string;
  /** The other of the two entities. */
  entityB: string;
  /** Whether the two are one. */
  decision: "same" | "different" | "undecided";
  /** Why. */
  reason?: string | null;
};

/** Who asks. `permissions` is what the caller may do here: resource, action and scope (own, team, all). */
export type Me = {
  /** The user's id. */
  userId: string;
  /** E-mail address. */
  email: string;
  /** First and last name. */
  fullName: string | null;
  /** When the address was proved; null before. */
  emailConfirmedAt: string | null;
  /** The organization's id. */
  organizationId: string | null;
  /** The role in the organization. */
  role: string | null;
  /** The client's id. */
  clientId: string | null;
  /** The API key's id. */
  apiKeyId: string | null;
  /** Whether signing in asks for a second factor. */
  hasSecondFactor: boolean;
  /** What is allowed, as resource:action. */
  permissions: string[];
  /** Organizations that the caller belongs to. */
  organizations: Membership[];
};

/** A membership; `deletedAt` once it has ended. */
export type MemberAnswer = {
  /** The user's id. */
  userId: string;
  /** E-mail address. */
  email: string;
  /** First and last name. */
  fullName: string | null;
  /** The role in the organization. */
  role: string;
  /** The client's id. */
  clientId: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was deleted; null while it stands. */
  deletedAt: string | null;
};

/** Up to 1,000 leads. */
export type MemberIds = {
  /** Ids of leads, each once. */
  leadIds: string[];
};

/** A lead in a campaign; nothing more is sent to who was stopped. */
export type MemberShape = {
  /** The lead's id. */
  leadId: string;
  /** When it was added. */
  addedAt: string;
  /** When it got no further step; null where it does. */
  stoppedAt: string | null;
  /** Why it gets no further step. */
  stoppedReason: string | null;
  /** First and last name. */
  fullName: string | null;
  /** The company's name. */
  companyName: string | null;
  /** The e-mail address in its one form. */
  emailNormalized: string | null;
};

export type MemberSort = "addedAt" | "fullName";

/** Members that are to be written to no more. */
export type MembersToStop = {
  /** Ids of leads, each once. */
  leadIds: string[];
  /** Why. */
  reason?: string;
};

/** An organization in which the person works. */
export type Membership = {
  /** The organization's id. */
  organizationId: string;
  /** The name. */
  name: string;
  /** The organization's short name in addresses. */
  slug: string;
  /** The role in the organization. */
  role: string;
};

/** Figures, as docs/metrics.md defines them. */
export type MessagePoint = {
  /** The first day of the point. */
  startsOn: string;
  /** People with at least one attempted message of a campaign. */
  people: number;
  /** Messages that were accepted, bounced, rejected, or whose answer was lost. */
  attempted: number;
  /** Accepted, and no bounce within 7 days of the attempt. */
  delivered: number;
  /** Accepted at first, and back within 7 days. */
  bounced: number;
  /** Refused by the server that was asked to take them. */
  rejected: number;
  /** The server's answer was lost; nobody knows whether they went out. */
  unknown: number;
  /** Bounced or rejected because of the mailbox or domain (unknown or disabled). */
  hardBounced: number;
  /** Bounced or rejected for a policy or for the sender's reputation; the mailbox lives. */
  policyBounced: number;
  /** Messages that their reader reported as spam. */
  complained: number;
  /** People with at least one delivered message of a campaign. */
  peopleDelivered: number;
  /** People with a human reply within 14 days of a delivered message. Out-of-office notes and machines do not count; where a person has put a reply right, that says what it is. */
  peopleReplied: number;
  /** Of the people who replied, those with a reply that says yes, as it was read when it landed or put right by a person since. */
  peopleRepliedPositive: number;
  /** People with a meeting within 30 days of a delivered message, told of its campaign or of none. */
  peopleMet: number;
  /** People who opted out within 14 days of a delivered message. */
  peopleUnsubscribed: number;
};

/** What a figure or ratio means. */
export type MetricShape = {
  /** The name. */
  name: string;
  /** Position in the company. */
  title: string;
  /** Which kind it is. */
  kind: "figure" | "ratio";
  /** What the figure is counted in. */
  unit: string;
  /** What the figure counts. */
  definition: string;
  /** The days that the figure looks at. */
  window: string | null;
  /** What it is for. */
  description: string;
  /** Sources. */
  sources: string[];
};

/** Whom to invite, as what. `clientId` goes with the role client, and with no other. */
export type NewInvitation = {
  /** E-mail address. */
  email: string;
  /** The role in the organization. */
  role: "super_admin" | "organization_admin" | "sales_manager" | "sales_rep" | "read_only" | "client";
  /** The client's id. */
  clientId?: string | null;
  /** The team's id. */
  teamId?: string | null;
};

/** What a key may do: `resource:action`, or `resource:write` for create, update and delete. */
export type NewKey = {
  /** The name. */
  name: string;
  /** What is allowed, as resource:action. */
  permissions: string[];
  /** When it ends; null where it does not. */
  expiresAt?: string | null;
};

/** What a person is called. */
export type NewName = {
  /** First and last name. */
  fullName: string;
};

/** A subscription to make. */
export type NewWebhookShape = {
  /** The name. */
  name: string;
  /** The address on the web. */
  url: string;
  /** What it is told of. */
  eventTypes: ("*" | "lead.*" | "lead.created" | "lead.updated" | "lead.deleted" | "campaign.*" | "campaign.created" | "campaign.updated" | "campaign.deleted" | "job.*" | "job.created" | "job.updated" | "job.deleted" | "job_log.*" | "job_log.created" | "job_log.updated" | "job_log.deleted" | "source.*" | "source.created" | "source.updated" | "source.deleted" | "analytics.*" | "analytics.created" | "analytics.updated" | "analytics.deleted")[];
  /** `slack` and `zapier` get bodies of their own form. */
  format?: "standard" | "slack" | "zapier";
};

/** One message; `link` is `{"resource": …, "id": …}` or empty. */
export type NotificationAnswer = {
  /** The notification's id. */
  notificationId: string;
  /** Which kind it is. */
  kind: string;
  /** What it is about, in a line. */
  title: string;
  /** What is said, for people. */
  message: string;
  /** What it is about: kind and id. */
  link: Record<string, unknown>;
  /** When it was read; null before. */
  readAt: string | null;
  /** When it was made. */
  createdAt: string;
};

/** The organization. The postal address stands under each commercial mail. */
export type OrganizationAnswer = {
  /** The organization's id. */
  organizationId: string;
  /** The name. */
  name: string;
  /** The organization's short name in addresses. */
  slug: string;
  /** IANA name of the time zone. */
  timeZone: string;
  /** Stands at the end of each message. */
  postalAddress: string | null;
  /** When it was made. */
  createdAt: string;
};

/** What is given is changed; an empty postal address is none. */
export type OrganizationChange = {
  /** The name. */
  name?: string | null;
  /** IANA name of the time zone. */
  timeZone?: string | null;
  /** Stands at the end of each message. */
  postalAddress?: string | null;
};

/** Where to work from now on. */
export type OrganizationChoice = {
  /** The organization's id. */
  organizationId: string;
};

/** An organization in a range, and how it moved against the range before (`change`: of 1; null: nothing before). */
export type Overview = {
  /** The moment the figures were taken. */
  asOf: string;
  /** The days that are shown. */
  days: Days;
  /** How things stand at the moment. */
  standing: Standing;
  /** Sums over the days. */
  figures: Figures;
  /** Ratios over the days. */
  ratios: Ratios;
  /** Sums over the time before. */
  figuresBefore: Figures;
  /** Ratios over the time before. */
  ratiosBefore: Ratios;
  /** How figures and ratios changed against the time before. */
  change: Changes;
  /** Messages over time. */
  messageTimeline: MessagePoint[];
  /** Leads over time. */
  leadTimeline: LeadPoint[];
  /** Leads by status. */
  statusDistribution: Share[];
  /** Leads by rating. */
  qualificationDistribution: Share[];
  /** Campaigns with the best figures. */
  topCampaigns: RankedCampaign[];
};

/** Who had a lead. */
export type OwnerChangeShape = {
  /** Whose it was; null for nobody's. */
  fromOwnerId: string | null;
  /** Whose it is from then on; null for nobody's. */
  toOwnerId: string | null;
  /** When it was changed. */
  changedAt: string;
  /** Who changed it; null for a program. */
  changedBy: string | null;
};

export type PageActAnswer = {
  /** The rows. */
  data: ActAnswer[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageCampaignShape = {
  /** The rows. */
  data: CampaignShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageClientAnswer = {
  /** The rows. */
  data: ClientAnswer[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageCompanyShape = {
  /** The rows. */
  data: CompanyShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageDeletedShape = {
  /** The rows. */
  data: DeletedShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageDeliveryShape = {
  /** The rows. */
  data: DeliveryShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageEntryShape = {
  /** The rows. */
  data: EntryShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageExportShape = {
  /** The rows. */
  data: ExportShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageFileShape = {
  /** The rows. */
  data: FileShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageInteractionShape = {
  /** The rows. */
  data: InteractionShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageInvitationAnswer = {
  /** The rows. */
  data: InvitationAnswer[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageJobShape = {
  /** The rows. */
  data: JobShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageKeyAnswer = {
  /** The rows. */
  data: KeyAnswer[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageLinkedAccount = {
  /** The rows. */
  data: LinkedAccount[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageListShape = {
  /** The rows. */
  data: ListShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageListedLead = {
  /** The rows. */
  data: ListedLead[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageLogShape = {
  /** The rows. */
  data: LogShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageMemberAnswer = {
  /** The rows. */
  data: MemberAnswer[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageMemberShape = {
  /** The rows. */
  data: MemberShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageNotificationAnswer = {
  /** The rows. */
  data: NotificationAnswer[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PagePersonShape = {
  /** The rows. */
  data: PersonShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageSearchShape = {
  /** The rows. */
  data: SearchShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageSecretAnswer = {
  /** The rows. */
  data: SecretAnswer[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageSegmentShape = {
  /** The rows. */
  data: SegmentShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageSessionAnswer = {
  /** The rows. */
  data: SessionAnswer[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageSourceJob = {
  /** The rows. */
  data: SourceJob[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageSourceShape = {
  /** The rows. */
  data: SourceShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageSuppressionShape = {
  /** The rows. */
  data: SuppressionShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageTeamAnswer = {
  /** The rows. */
  data: TeamAnswer[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

export type PageWebhookShape = {
  /** The rows. */
  data: WebhookShape[];
  /** Where the page stands in its list. */
  pagination: Pagination;
};

/** Where a page stands in its list. `total` and `total_pages` are null where counting costs more than the page. */
export type Pagination = {
  /** The page's number, from 1. */
  page: number;
  /** Rows a page. */
  pageSize: number;
  /** Rows of the whole list; null where that is not counted. */
  total: number | null;
  /** Pages of the whole list; null where that is not counted. */
  totalPages: number | null;
  /** Whether rows follow. */
  hasMore: boolean;
  /** Asks for the page behind this one; null for the last. */
  nextCursor?: string | null;
};

/** A part that is stored; `etag` is its SHA-256 in hexadecimal. */
export type PartShape = {
  /** Which part, from 1. */
  partNumber: number;
  /** Size in bytes. */
  sizeBytes: number;
  /** What the part's content is known by. */
  etag: string;
};

/** The current password and the new one. */
export type PasswordChange = {
  /** The password that is to be replaced. */
  currentPassword: string;
  /** The password from now on. */
  newPassword: string;
};

/** A person with the candidates of each value, best first. */
export type PersonDetails = {
  /** The person's id. */
  personId: string;
  /** The company's id. */
  companyId: string | null;
  /** First and last name. */
  fullName: string | null;
  /** Position as the source wrote it. */
  titleRaw: string | null;
  /** Level of the position. */
  seniority: string | null;
  /** Where in the company the person works. */
  department: string | null;
  /** The e-mail address in its one form. */
  emailNormalized: string | null;
  /** What verification found of the address. */
  emailStatus: string | null;
  /** Telephone number (E.164). */
  phoneE164: string | null;
  /** Profiles in networks. */
  socialUrls: string[];
  /** ISO 3166-1 alpha-2. */
  countryCode: string | null;
  /** Whether it comes from a source of the organization's own. */
  isPrivate: boolean;
  /** Sources that tell something of it. */
  sourceCount: number;
  /** When a source confirmed it the last time. */
  lastVerifiedAt: string | null;
  /** Each fact with its source. */
  values: CandidateShape[];
};

/** A person as the organization sees it. */
export type PersonShape = {
  /** The person's id. */
  personId: string;
  /** The company's id. */
  companyId: string | null;
  /** First and last name. */
  fullName: string | null;
  /** Position as the source wrote it. */
  titleRaw: string | null;
  /** Level of the position. */
  seniority: string | null;
  /** Where in the company the person works. */
  department: string | null;
  /** The e-mail address in its one form. */
  emailNormalized: string | null;
  /** What verification found of the address. */
  emailStatus: string | null;
  /** Telephone number (E.164). */
  phoneE164: string | null;
  /** Profiles in networks. */
  socialUrls: string[];
  /** ISO 3166-1 alpha-2. */
  countryCode: string | null;
  /** Whether it comes from a source of the organization's own. */
  isPrivate: boolean;
  /** Sources that tell something of it. */
  sourceCount: number;
  /** When a source confirmed it the last time. */
  lastVerifiedAt: string | null;
};

export type PersonSort = "fullName" | "sourceCount" | "lastVerifiedAt";

/** An organization's standing. `tier` null: no subscription, and no limits. */
export type PlanShape = {
  /** The organization's id. */
  organizationId: string;
  /** The organization's short name in addresses. */
  slug: string;
  /** The plan. */
  tier: string | null;
  /** How it stands. */
  status: string | null;
  /** When the trial ends; null for none. */
  trialEndsAt: string | null;
  /** When the paid period began. */
  currentPeriodStart: string | null;
  /** When the paid period ends. */
  currentPeriodEnd: string | null;
  /** Whether the subscription ends with the period. */
  cancelAtPeriodEnd: boolean | null;
  /** Whether the last payment failed. */
  paymentFailed: boolean | null;
  /** When it was paid the last time. */
  lastPaymentAt: string | null;
  /** The subscription at Stripe. */
  stripeSubscriptionId: string | null;
  /** Whether the subscription gives access at the moment. */
  hasAccess: boolean;
  /** Credits that are left. */
  balance: number | null;
};

/** All of a person's preferences. */
export type PreferencesAnswer = {
  /** Light, dark, or as the system has it. */
  theme: string;
  /** Language of pages and mails (BCP 47). */
  language: string;
  /** IANA name of the time zone. */
  timeZone: string;
  /** Which notifications are mailed, by kind. */
  emailNotifications: Record<string, boolean>;
  /** Preferences under names of the front end's own. */
  other: Record<string, unknown>;
};

/** What is given is changed; the two mappings are merged by key. */
export type PreferencesChange = {
  /** Light, dark, or as the system has it. */
  theme?: "light" | "dark" | "system" | null;
  /** Language of pages and mails (BCP 47). */
  language?: string | null;
  /** IANA name of the time zone. */
  timeZone?: string | null;
  /** Kind of notification → whether it goes by mail, too. */
  emailNotifications?: Record<string, boolean> | null;
  /** Preferences under names of the front end's own. */
  other?: Record<string, unknown> | null;
};

/** What went wrong (RFC 9457). */
export type Problem = {
  /** Which type it is. */
  type: string;
  /** Position in the company. */
  title: string;
  /** How it stands. */
  status: number;
  /** What happened, and what to do. */
  detail: string;
  /** The path that was asked. */
  instance: string;
  /** As in `X-Request-ID`: tell it the operator. */
  requestId: string;
  /** What is wrong, each with a pointer to it. */
  errors?: {
    /** JSON pointer into body, query, path or header. */
    pointer: string;
    detail: string;
  }[];
};

/** One that can be signed in by, and where that begins. */
export type ProviderAnswer = {
  /** The name. */
  name: string;
  /** Where signing in by the provider begins. */
  signInUrl: string;
};

/** Those of this installation. */
export type ProviderList = {
  /** The rows. */
  data: ProviderAnswer[];
};

/** An organization of one's own, or the token of an invitation's mail; the name, else the provider's. */
export type ProviderSignUp = {
  /** The name of the organization. */
  organizationName?: string | null;
  /** The token of the mailed invitation. */
  invitation?: string | null;
  /** First and last name. */
  fullName?: string | null;
};

/** A person's judgement of a lead: the rating against the threshold of that time, who gave it, and the one before. `criteria` are the rater's own: what was looked at and what was found. */
export type Qualification = {
  /** 1 to 5. */
  rating: number;
  /** The rating that qualified at that time. */
  threshold: number;
  /** Whether the rating reached the threshold. */
  isQualified: boolean;
  /** When it was rated. */
  ratedAt: string;
  /** Who rated. */
  ratedBy: string | null;
  /** The rating before; null for the first. */
  formerRating: number | null;
  /** What was looked at, and what was found: names and values of the rater's own. */
  criteria: Record<string, unknown>;
};

/** A campaign with what it did in the range. */
export type RankedCampaign = {
  /** The campaign's id. */
  campaignId: string;
  /** The name. */
  name: string;
  /** How it stands. */
  status: string;
  /** Which type it is. */
  type: string;
  /** Sums over the days. */
  figures: Figures;
  /** Ratios over the days. */
  ratios: Ratios;
};

/** What a rating made of a lead. */
export type RatedLead = {
  /** The lead's id. */
  leadId: string;
  /** How it stands. */
  status: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected";
  /** The last rating, 1 to 5; null before the first. */
  rating1To5: number;
  /** The last judgement. */
  qualificationData: Qualification;
};

/** A ratio: `value` is null without a denominator; `low` and `high` bound its 95 % interval where it is of few. */
export type RatioShape = {
  /** What of it counts. */
  numerator: number;
  /** What the ratio is of. */
  denominator: number;
  /** The value. */
  value: number | null;
  /** Lower bound of the 95 % interval. */
  low: number | null;
  /** Upper bound of the 95 % interval. */
  high: number | null;
};

/** Ratios, as docs/metrics.md defines them. */
export type Ratios = {
  /** Messages that came back or were refused, of those attempted. */
  bounceRate: RatioShape;
  /** Messages to mailboxes or domains that do not exist, of those attempted. */
  hardBounceRate: RatioShape;
  /** Messages refused for a policy or for the sender's reputation, of those attempted. */
  policyRate: RatioShape;
  /** Messages whose answer was lost, of those attempted. Always shown beside the others. */
  unknownRate: RatioShape;
  /** Messages reported as spam, of those delivered. */
  complaintRate: RatioShape;
  /** People who opted out, of those to whom something was delivered. */
  unsubscribeRate: RatioShape;
  /** People who answered, of those to whom something was delivered; elsewhere called reply rate. */
  responseRate: RatioShape;
  /** People who said yes, of those to whom something was delivered. */
  positiveReplyRate: RatioShape;
  /** People who were met, of those to whom something was delivered. */
  meetingRate: RatioShape;
  /** Leads that ever qualified, of those created. */
  qualificationRate: RatioShape;
  /** Leads that converted within 90 days, of those created. */
  conversionRate: RatioShape;
  /** The mean of the ratings from 1 to 5, of leads that have one. */
  averageRating: RatioShape;
};

/** What became of an event. */
export type Received = {
  /** How it ended. */
  outcome: string;
};

/** Each signs in once, when the authenticator is lost. Shown once. */
export type RecoveryCodes = {
  /** Codes for a lost device, each good once; shown this once. */
  recoveryCodes: string[];
};

/** A refresh token; good for one use. */
export type Refresh = {
  /** Gives the next tokens, once. */
  refreshToken: string;
};

/** An event that was refused: its place in the batch, from 0, and why. */
export type RefusedEvent = {
  /** Its place in the order. */
  place: number;
  /** Why. */
  reason: string;
};

/** What became of one report; `unknown_message`: the organization sent none of this id. */
export type ReportOutcome = {
  /** The event's id. */
  eventId: string;
  /** How it ended. */
  outcome: "landed" | "repeated" | "unknown_message";
};

/** One outcome a report, in their order. */
export type ReportOutcomes = {
  /** The events. */
  events: ReportOutcome[];
};

/** The token of the mail, and the new password. */
export type Reset = {
  /** The token of the mail. */
  token: string;
  /** The password. */
  password: string;
};

/** Whose password is to be reset. */
export type ResetRequest = {
  /** E-mail address. */
  email: string;
};

/** The new role. `clientId` goes with the role client, and with no other. */
export type RoleChange = {
  /** The role in the organization. */
  role: "super_admin" | "organization_admin" | "sales_manager" | "sales_rep" | "read_only" | "client";
  /** The client's id. */
  clientId?: string | null;
};

/** What one factor saw and what it gave. */
export type ScoreFactor = {
  /** What counts. */
  factor: string;
  /** The value that was judged. */
  inputValue: string | null;
  /** What it gave. */
  points: number;
  /** The most that it gives. */
  maxPoints: number;
  /** Why. */
  reason: string;
};

/** Yes to the proposal, or to what is made of it here. */
export type SearchConfirmation = {
  /** The rule that chooses. */
  criteria?: Record<string, JsonValue> | null;
  /** Where more is looked for than the marts hold. */
  discovery?: Record<string, JsonValue> | null;
};

/** A question in plain language, of which criteria are proposed. */
export type SearchQuestion = {
  /** The name. */
  name: string;
  /** The wish in plain language. */
  question: string;
};

/** What came of a search so far. `requested` null: any number; `jobs` by their status. `unread_sources` are those whose last run did not come to their end: their next one goes on. */
export type SearchReportShape = {
  /** The search's id. */
  leadSearchId: string;
  /** The name. */
  name: string;
  /** How far it is. */
  state: "asked" | "proposed" | "refused" | "confirmed" | "running" | "finished";
  /** Leads that are wanted. */
  requested: number | null;
  /** Wanted leads that were found. */
  met: number;
  /** Whether nothing more is to be found. */
  isExhausted: boolean;
  /** Its jobs by status. */
  jobs: Record<string, number>;
  /** What is said, for people. */
  message: string;
  /** Sources that were found and not read. */
  unreadSources: number;
};

/** A search. It makes leads only after a person has confirmed its criteria. */
export type SearchShape = {
  /** The search's id. */
  leadSearchId: string;
  /** The name. */
  name: string;
  /** The wish in plain language. */
  question: string | null;
  /** How far it is. */
  state: "asked" | "proposed" | "refused" | "confirmed" | "running" | "finished";
  /** The rule that chooses. */
  criteria: Record<string, unknown>;
  /** Where more is looked for than the marts hold. */
  discovery: Record<string, unknown>;
  /** Whether it is in use. */
  isActive: boolean;
  /** What is said, for people. */
  message: string | null;
  /** Keys of sources. */
  sourceKeys: string[];
  /** Jobs that work for it. */
  jobIds: string[];
  /** When a person agreed to the criteria; null before. */
  confirmedAt: string | null;
  /** When it ended; null before. */
  finishedAt: string | null;
  /** The user who made it. */
  createdBy: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

export type SearchSort = "createdAt" | "updatedAt" | "name";

/** Criteria that a person types in: confirmed by that. */
export type SearchToCreate = {
  /** The name. */
  name: string;
  /** entity_kind, country_codes, industry_codes, titles, source_keys and limit; all may be left out. */
  criteria?: Record<string, JsonValue>;
  /** Where to look: tags, place, country_code, queries. */
  discovery?: Record<string, JsonValue>;
};

/** What changes; what is left out stays. */
export type SearchUpdate = {
  /** The name. */
  name?: string | null;
  /** The rule that chooses. */
  criteria?: Record<string, JsonValue> | null;
  /** Where more is looked for than the marts hold. */
  discovery?: Record<string, JsonValue> | null;
  /** Whether it is in use. */
  isActive?: boolean | null;
};

/** What completes a sign-in: the challenge, and a code of the authenticator or a recovery code. */
export type SecondFactor = {
  /** Proves the first step of a sign-in; goes back with the code. */
  challenge: string;
  /** Six digits of the authenticator, or a recovery code. */
  code: string;
  /** The organization's id. */
  organizationId?: string | null;
  /** A name for the device, as the person knows it. */
  device?: string | null;
};

/** Whether signing in needs a code, and how many recovery codes are left. */
export type SecondFactorState = {
  /** Whether a second factor is confirmed. */
  isEnrolled: boolean;
  /** Codes that were not used. */
  recoveryCodesLeft: number;
};

/** What may be shown of a secret: everything but its value. */
export type SecretAnswer = {
  /** The stored secret's id. */
  secretId: string;
  /** The name. */
  name: string;
  /** Which kind it is. */
  kind: string;
  /** Whether it is the organization's or the caller's own. */
  owner: "organization" | "me";
  /** When it was used the last time; null for never. */
  lastUsedAt: string | null;
  /** When it ends; null where it does not. */
  expiresAt: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

/** A new signing secret, shown here alone; for 24 hours the former one signs, too. */
export type SecretShape = {
  /** The secret, shown this once. */
  secret: string;
};

/** The value; nothing shows it again. `kind` is what reads it: smtp, provider, linkedin, webhook, other. */
export type SecretValue = {
  /** The value. */
  value: string;
  /** Which kind it is. */
  kind?: string;
  /** When it ends; null where it does not. */
  expiresAt?: string | null;
};

/** How many live leads a rule finds that the caller sees, and the first of them. */
export type SegmentPreview = {
  /** Rows of the whole list; null where that is not counted. */
  total: number;
  /** Live leads by the day they were made, in the organization's time zone. */
  leads: ListedLead[];
};

/** A rule to be tried. */
export type SegmentRule = {
  /** all, any, not over conditions. Fields: status, priority, rating, lead_score, tags, source, owner_id, campaign_id, created_by, entity_kind, created_at, updated_at, full_name, title, email, email_status, phone, company_name, company_id, domain, country_code, list_id. Operators: at_most, at_least, is_not, is, is_none_of, is_one_of, has_none, has_all, has_any, contains, starts_with, before_days, within_days, is_known, is_member_of. */
  criteria: Record<string, JsonValue>;
};

/** A saved rule, looked up anew with every use. */
export type SegmentShape = {
  /** The segment's id. */
  segmentId: string;
  /** The name. */
  name: string;
  /** What it is for. */
  description: string | null;
  /** The rule that chooses. */
  criteria: Record<string, unknown>;
  /** The user who made it. */
  createdBy: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

export type SegmentSort = "name" | "createdAt" | "updatedAt";

/** A rule to save. */
export type SegmentToCreate = {
  /** The name. */
  name: string;
  /** What it is for. */
  description?: string | null;
  /** all, any, not over conditions. Fields: status, priority, rating, lead_score, tags, source, owner_id, campaign_id, created_by, entity_kind, created_at, updated_at, full_name, title, email, email_status, phone, company_name, company_id, domain, country_code, list_id. Operators: at_most, at_least, is_not, is, is_none_of, is_one_of, has_none, has_all, has_any, contains, starts_with, before_days, within_days, is_known, is_member_of. */
  criteria: Record<string, JsonValue>;
};

/** What changes; what is left out stays. */
export type SegmentUpdate = {
  /** The name. */
  name?: string | null;
  /** What it is for. */
  description?: string | null;
  /** The rule that chooses. */
  criteria?: Record<string, JsonValue> | null;
};

/** One place where the person is signed in. */
export type SessionAnswer = {
  /** The session's id. */
  sessionId: string;
  /** The organization's id. */
  organizationId: string | null;
  /** How the person signed in. */
  authenticatedBy: string;
  /** A name for the device, as the person knows it. */
  device: string | null;
  /** The network address it came from. */
  address: string | null;
  /** What the browser or program called itself. */
  agent: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was used the last time. */
  lastSeenAt: string;
  /** When it ends; null where it does not. */
  expiresAt: string;
  /** Whether it is the one that asks. */
  isThis: boolean;
};

/** From which rating on a lead is qualified, and the legal basis (GDPR, article 6) of leads that say none. */
export type SettingsAnswer = {
  /** The rating from which a lead qualifies. */
  qualificationThreshold: number;
  /** What leads rest on where nothing else is said. */
  defaultLegalBasis: "consent" | "contract" | "legal_obligation" | "vital_interest" | "public_interest" | "legitimate_interest";
};

/** How many leads of the range have a value; null: not set. */
export type Share = {
  /** The value. */
  value: string | null;
  /** Live leads by the day they were made, in the organization's time zone. */
  leads: number;
};

/** Address and password; without an organization, the one of the last session. */
export type SignIn = {
  /** E-mail address. */
  email: string;
  /** The password. */
  password: string;
  /** The organization's id. */
  organizationId?: string | null;
  /** What the person calls the device. */
  device?: string | null;
};

/** A person with an organization of their own. */
export type SignUp = {
  /** E-mail address. */
  email: string;
  /** The password. */
  password: string;
  /** First and last name. */
  fullName: string;
  /** The name of the organization. */
  organizationName: string;
};

/** What a job did with the source. */
export type SourceJob = {
  /** The job's id. */
  jobId: string;
  /** Which kind it is. */
  kind: string;
  /** How it stands. */
  status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
  /** How it ended. */
  outcome: string | null;
  /** Records that were taken in. */
  landed: number | null;
  /** Records that were set aside with their reason. */
  quarantined: number | null;
  /** When it ended; null before. */
  finishedAt: string | null;
  /** When it was asked for. */
  requestedAt: string;
};

export type SourceJobSort = "requestedAt" | "finishedAt";

/** A source with what it has brought. `isShared`: the operator's, which every organization reads. */
export type SourceShape = {
  /** The source's id. */
  sourceId: string;
  /** The source's key, such as `web/pixelwerk-studio.example`. */
  sourceKey: string;
  /** Whether the operator gives it to all organizations. */
  isShared: boolean;
  /** Which kind it is. */
  kind: string;
  /** The name. */
  name: string;
  /** Where reading begins. */
  startUrl: string | null;
  /** Settings under names of the organization's or the source's type. */
  config: Record<string, unknown>;
  /** Whether credentials are stored. */
  hasCredentials: boolean;
  /** Whether it is in use. */
  isActive: boolean;
  /** How it stands. */
  status: "active" | "inactive" | "error";
  /** When it was tested the last time. */
  lastTestedAt: string | null;
  /** How the last test ended. */
  lastTestResult: "passed" | "failed" | null;
  /** What the last test said. */
  lastTestMessage: string | null;
  /** Jobs that were started. */
  jobsRun: number;
  /** Jobs that came to their end. */
  jobsCompleted: number;
  /** Records that were taken in. */
  recordsLanded: number;
  /** Records that were set aside with their reason. */
  recordsQuarantined: number;
  /** When a job of it ran the last time. */
  lastRunAt: string | null;
  /** The user who made it. */
  createdBy: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

export type SourceSort = "createdAt" | "updatedAt" | "name" | "kind" | "status" | "lastRunAt" | "recordsLanded";

/** What a test found. The message is a sentence for a person and holds no credentials. */
export type SourceTest = {
  /** Whether the source answered as it should. */
  hasPassed: boolean;
  /** Why. */
  reason: string;
  /** What is said, for people. */
  message: string;
  /** How it stands. */
  status: "active" | "inactive" | "error";
};

/** A new source. What `config` and `credentials` hold depends on its kind. */
export type SourceToCreate = {
  /** Which kind it is. */
  kind: "web_site" | "csv" | "api" | "linkedin" | "apollo" | "zoominfo" | "hunter" | "overpass" | "searxng";
  /** The name. */
  name: string;
  /** Where reading begins. */
  startUrl?: string | null;
  /** Settings under names of the organization's or the source's type. */
  config?: Record<string, JsonValue>;
  /** Secrets of the source by name; written, never read. */
  credentials?: Record<string, string> | null;
  /** The stored secret's id. */
  secretId?: string | null;
  /** Whether it is in use. */
  isActive?: boolean;
};

/** What changes; what is left out stays. New credentials take the place of the former. */
export type SourceUpdate = {
  /** The name. */
  name?: string | null;
  /** Where reading begins. */
  startUrl?: string | null;
  /** Settings under names of the organization's or the source's type. */
  config?: Record<string, JsonValue> | null;
  /** Secrets of the source by name; written, never read. */
  credentials?: Record<string, string> | null;
  /** The stored secret's id. */
  secretId?: string | null;
  /** Whether it is in use. */
  isActive?: boolean | null;
};

/** What there is now, whatever the range. */
export type Standing = {
  /** Campaigns. */
  campaigns: number;
  /** Campaigns that run. */
  activeCampaigns: number;
  /** Live leads. */
  totalLeads: number;
  /** Sources. */
  sources: number;
  /** Sources that are in use. */
  activeSources: number;
  /** Jobs that wait or run. */
  openJobs: number;
};

/** An upload that waits for its parts, for a day. */
export type StartedUpload = {
  /** The upload's id. */
  uploadId: string;
};

/** One step of a lead's way; `fromStatus` is null where it begins. */
export type StatusChangeShape = {
  /** The status before; null for the first. */
  fromStatus: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected" | null;
  /** The status from then on. */
  toStatus: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected";
  /** When it was changed. */
  changedAt: string;
  /** Who changed it; null for a program. */
  changedBy: string | null;
  /** Why. */
  reason: string | null;
};

/** One step of a campaign. Templates are Jinja, rendered as plain text. */
export type StepShape = {
  /** Which step, from 1. */
  stepNo: number;
  /** By which way it goes out. */
  channel?: "email" | "linkedin" | "call" | "social";
  /** Days after the step before. */
  delayDays?: number;
  /** The time of day it goes out. */
  sendAt?: string | null;
  /** Subject with placeholders of a lead's facts. */
  subjectTemplate: string;
  /** Text with placeholders of a lead's facts. */
  bodyTemplate: string;
};

/** All steps of a campaign, numbered from 1. */
export type Steps = {
  /** The steps, in their order. */
  steps: StepShape[];
};

/** Its id, which a replacement keeps. */
export type StoredSecret = {
  /** The stored secret's id. */
  secretId: string;
};

/** An address or domain that is never written to; it is added and never taken away. */
export type SuppressionShape = {
  /** The suppression's id. */
  suppressionId: string;
  /** Whether it holds for all organizations. */
  isPlatform: boolean;
  /** Whether it holds for an address or a domain. */
  scope: "email" | "domain";
  /** The address or domain in its one form. */
  valueNormalized: string;
  /** Why. */
  reason: "unsubscribed" | "complained" | "hard_bounce" | "manual" | "existing_customer" | "erased";
  /** Where it comes from. */
  source: string;
  /** The user who made it. */
  createdBy: string | null;
  /** When it was made. */
  createdAt: string;
};

export type SuppressionSort = "createdAt" | "valueNormalized";

/** Whom not to write to any more. */
export type SuppressionToAdd = {
  /** Whether it holds for an address or a domain. */
  scope?: "email" | "domain";
  /** The value. */
  value: string;
  /** Why. */
  reason?: "manual" | "existing_customer" | "unsubscribed" | "complained";
};

/** A team and its members. */
export type TeamAnswer = {
  /** The team's id. */
  teamId: string;
  /** The name. */
  name: string;
  /** When it was made. */
  createdAt: string;
  /** Ids of users. */
  userIds: string[];
};

/** What a team is called; once in the organization. */
export type TeamName = {
  /** The name. */
  name: string;
};

/** A tier that can be bought, and its limits; a missing one is unlimited. */
export type TierShape = {
  /** The plan. */
  tier: string;
  /** The name. */
  name: string;
  /** Credits of each period. */
  includedCredits: number;
  /** Days before the first payment. */
  trialDays: number;
  /** What the plan allows a period, by metric. */
  limits: Record<string, number>;
};

/** The token of a mail. */
export type TokenOnly = {
  /** The token of the mail. */
  token: string;
};

/** What a person holds who is signed in: the access token goes with requests, the refresh token gets the next. */
export type Tokens = {
  /** The user's id. */
  userId: string;
  /** The session's id. */
  sessionId: string;
  /** The organization's id. */
  organizationId: string | null;
  /** Goes into `Authorization: Bearer …` for ten minutes. */
  accessToken: string;
  /** When the access token ends. */
  accessExpiresAt: string;
  /** Gives the next tokens, once. */
  refreshToken: string;
};

/** How many the person has not read. */
export type Unread = {
  /** How many were not read. */
  unread: number;
};

/** What the whole must be. */
export type UploadEnd = {
  /** Size in bytes. */
  sizeBytes: number;
  /** SHA-256 of the content, as hexadecimal digits. */
  sha256?: string | null;
  /** Whether a file of the same name gives way. */
  replaces?: boolean;
};

/** A file that comes in parts. */
export type UploadToStart = {
  /** Which kind of file it is. */
  bucket?: string;
  /** The name the file had where it came from. */
  originalName: string;
  /** Media type. */
  contentType: string;
  /** The name it is stored under. */
  key?: string | null;
};

/** What became of a batch: recorded and refused are all that was sent. */
export type UsageAnswer = {
  /** Events that were taken in. */
  recorded: number;
  /** What was not taken in, and why. */
  refused: RefusedEvent[];
};

/** Up to 1,000 events. A wrong one stops no other. */
export type UsageBatch = {
  /** The events. */
  events: Record<string, JsonValue>[];
};

/** Events, people and sessions of a day (UTC) by type and name. */
export type UsageDay = {
  /** The day, in the organization's time zone. */
  day: string;
  /** What kind of event it is. */
  eventType: string;
  /** What was done, in the product's words. */
  eventName: string;
  /** The events. */
  events: number;
  /** How many people. */
  users: number;
  /** Sign-ins. */
  sessions: number;
};

/** A metric of the tier: what is used now, and the limit; null: none. */
export type UsageShape = {
  /** What is counted. */
  metric: string;
  /** How much of it was used in the period. */
  used: number;
  /** The most that the plan allows; null for no limit. */
  maxValue: number | null;
};

/** Two people or two companies of which the match model is not sure, with its weight in bits (log2 of the odds). */
export type WaitingPairShape = {
  /** The pair's id. */
  matchDecisionId: string;
  /** A person or a company. */
  entityKind: "company" | "person";
  /** One of the two entities. */
  entityA: string;
  /** The other of the two entities. */
  entityB: string;
  /** How much speaks for one, as a logarithm to base 2. */
  matchWeight: number;
  /** Why. */
  reason: string | null;
  /** Who decided. */
  decidedBy: string;
  /** When a person decided; null before. */
  decidedAt: string;
};

/** The credits that are left; null: the organization is not billed. */
export type WalletShape = {
  /** Credits that are left. */
  balance: number | null;
};

/** What of a subscription is to be changed. Enabled again, it begins with what happens from then on. */
export type WebhookChangeShape = {
  /** The name. */
  name?: string | null;
  /** The address on the web. */
  url?: string | null;
  /** What it is told of. */
  eventTypes?: ("*" | "lead.*" | "lead.created" | "lead.updated" | "lead.deleted" | "campaign.*" | "campaign.created" | "campaign.updated" | "campaign.deleted" | "job.*" | "job.created" | "job.updated" | "job.deleted" | "job_log.*" | "job_log.created" | "job_log.updated" | "job_log.deleted" | "source.*" | "source.created" | "source.updated" | "source.deleted" | "analytics.*" | "analytics.created" | "analytics.updated" | "analytics.deleted")[] | null;
  /** How it stands. */
  status?: "enabled" | "disabled" | null;
};

/** A subscription. Of Slack's and Zapier's addresses the host is shown: whoever knows the rest may post there. */
export type WebhookShape = {
  /** The webhook's id. */
  webhookId: string;
  /** The name. */
  name: string;
  /** Which receiver the messages are written for. */
  format: "standard" | "slack" | "zapier";
  /** The address on the web. */
  url: string;
  /** What it is told of. */
  eventTypes: string[];
  /** How it stands. */
  status: "enabled" | "disabled";
  /** Why nothing is sent any more; null while it is. */
  disabledReason: string | null;
  /** Since when nothing was taken; null where all is well. */
  failingSince: string | null;
  /** When it was made. */
  createdAt: string;
  /** When it was changed the last time. */
  updatedAt: string;
};

/** What Zapier sends to subscribe (REST hooks). */
export type ZapShape = {
  /** Where Zapier wants to be told. */
  hookUrl: string;
  /** What kind of event it is. */
  eventType: "*" | "lead.*" | "lead.created" | "lead.updated" | "lead.deleted" | "campaign.*" | "campaign.created" | "campaign.updated" | "campaign.deleted" | "job.*" | "job.created" | "job.updated" | "job.deleted" | "job_log.*" | "job_log.created" | "job_log.updated" | "job_log.deleted" | "source.*" | "source.created" | "source.updated" | "source.deleted" | "analytics.*" | "analytics.created" | "analytics.updated" | "analytics.deleted";
};

export interface Operations {
  /** One campaign's figures */
  get_campaign_analytics: {
    path: "/api/v1/analytics/campaigns/{campaign_id}";
    method: "GET";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    query?: {
      /** The last 7, 30, 90 or 365 days, today included. */
      range?: "7d" | "30d" | "90d" | "1y";
      /** What the timeline counts by. */
      groupBy?: "day" | "week" | "month";
    };
    answers: {
      200: CampaignAnalytics;
    };
  };
  /** Leads by day, week or month */
  get_lead_analytics: {
    path: "/api/v1/analytics/leads";
    method: "GET";
    query?: {
      /** The last 7, 30, 90 or 365 days, today included. */
      range?: "7d" | "30d" | "90d" | "1y";
      /** What the timeline counts by. */
      groupBy?: "day" | "week" | "month";
      /** Of this campaign alone. */
      campaignId?: string | null;
    };
    answers: {
      200: LeadAnalytics;
    };
  };
  /** What each figure and ratio means */
  list_metrics: {
    path: "/api/v1/analytics/metrics";
    method: "GET";
    answers: {
      200: MetricShape[];
    };
  };
  /** The organization at a glance, with trends */
  get_overview: {
    path: "/api/v1/analytics/overview";
    method: "GET";
    query?: {
      /** The last 7, 30, 90 or 365 days, today included. */
      range?: "7d" | "30d" | "90d" | "1y";
      /** What the top campaigns are ranked by. */
      rankBy?: "response_rate" | "qualification_rate" | "conversion_rate";
    };
    answers: {
      200: Overview;
    };
  };
  /** API keys */
  list_api_keys: {
    path: "/api/v1/api-keys";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageKeyAnswer;
    };
  };
  /** Make an API key */
  create_api_key: {
    path: "/api/v1/api-keys";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: NewKey;
    answers: {
      201: MadeKey;
    };
  };
  /** End an API key */
  revoke_api_key: {
    path: "/api/v1/api-keys/{api_key_id}";
    method: "DELETE";
    parameters: {
      /** The key's id. */
      api_key_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** The audit log, newest first */
  list_audit_log: {
    path: "/api/v1/audit-log";
    method: "GET";
    query?: {
      /** On this kind of thing alone. */
      resource?: string | null;
      /** On the thing with this id alone. */
      resourceId?: string | null;
      /** Who acted. */
      userId?: string | null;
      /** This kind of change alone. */
      verb?: string | null;
      /** From this moment on. */
      since?: string | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageActAnswer;
    };
  };
  /** The address is mine */
  confirm_email: {
    path: "/api/v1/auth/confirm-email";
    method: "POST";
    body: TokenOnly;
    answers: {
      204: void;
    };
  };
  /** The keys that sign access tokens (RFC 7517) */
  list_signing_keys: {
    path: "/api/v1/auth/keys";
    method: "GET";
    answers: {
      200: Record<string, unknown>;
    };
  };
  /** Ask for a new password */
  request_password_reset: {
    path: "/api/v1/auth/password-reset-requests";
    method: "POST";
    body: ResetRequest;
    answers: {
      202: Accepted;
    };
  };
  /** Set a new password by mail */
  reset_password: {
    path: "/api/v1/auth/password-resets";
    method: "POST";
    body: Reset;
    answers: {
      204: void;
    };
  };
  /** Providers to sign in by */
  list_providers: {
    path: "/api/v1/auth/providers";
    method: "GET";
    answers: {
      200: ProviderList;
    };
  };
  /** Back from a provider */
  complete_provider_sign_in: {
    path: "/api/v1/auth/providers/{provider}/callback";
    method: "GET";
    parameters: {
      /** The provider's key, from the list of providers. */
      provider: string;
    };
    query?: {
      /** One or several states. */
      state?: string;
      /** What the provider sends along after a sign-in there. */
      code?: string;
      /** Why the provider refused the sign-in. */
      error?: string | null;
    };
    answers: {
      200: Tokens;
    };
  };
  /** Link an account at a provider */
  link_provider_account: {
    path: "/api/v1/auth/providers/{provider}/link";
    method: "POST";
    parameters: {
      /** The provider's key, from the list of providers. */
      provider: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: AtProvider;
    };
  };
  /** Sign in by a provider */
  begin_provider_sign_in: {
    path: "/api/v1/auth/providers/{provider}/sign-in";
    method: "GET";
    parameters: {
      /** The provider's key, from the list of providers. */
      provider: string;
    };
    answers: {
    };
  };
  /** A new account by a provider */
  begin_provider_sign_up: {
    path: "/api/v1/auth/providers/{provider}/sign-up";
    method: "POST";
    parameters: {
      /** The provider's key, from the list of providers. */
      provider: string;
    };
    body: ProviderSignUp;
    answers: {
      200: AtProvider;
    };
  };
  /** The next access token */
  refresh_tokens: {
    path: "/api/v1/auth/refresh";
    method: "POST";
    body: Refresh;
    answers: {
      200: Tokens;
    };
  };
  /** Complete a sign-in with a second factor */
  complete_sign_in: {
    path: "/api/v1/auth/second-factor";
    method: "POST";
    body: SecondFactor;
    answers: {
      200: Tokens;
    };
  };
  /** Sign in with a password */
  sign_in: {
    path: "/api/v1/auth/sign-in";
    method: "POST";
    body: SignIn;
    answers: {
      200: Tokens | Challenge;
    };
  };
  /** End this session */
  sign_out: {
    path: "/api/v1/auth/sign-out";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** A new account with an organization */
  sign_up: {
    path: "/api/v1/auth/sign-up";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SignUp;
    answers: {
      202: Accepted;
    };
  };
  /** A new account by invitation */
  sign_up_by_invitation: {
    path: "/api/v1/auth/sign-up-by-invitation";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: InvitedSignUp;
    answers: {
      201: Tokens;
    };
  };
  /** Work in another organization */
  switch_organization: {
    path: "/api/v1/auth/switch-organization";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: OrganizationChoice;
    answers: {
      200: AccessToken;
    };
  };
  /** The organization's plan */
  get_plan: {
    path: "/api/v1/billing/plan";
    method: "GET";
    answers: {
      200: PlanShape;
    };
  };
  /** The tiers */
  list_tiers: {
    path: "/api/v1/billing/tiers";
    method: "GET";
    answers: {
      200: TierShape[];
    };
  };
  /** Use and limit of every metric */
  get_usage: {
    path: "/api/v1/billing/usage";
    method: "GET";
    answers: {
      200: UsageShape[];
    };
  };
  /** The campaigns that the caller reaches, in pages */
  list_campaigns: {
    path: "/api/v1/campaigns";
    method: "GET";
    query?: {
      /** One or several statuses. */
      status?: ("draft" | "active" | "paused" | "completed")[] | null;
      /** One or several types. */
      type?: ("email" | "social" | "content" | "mixed" | "linkedin" | "call")[] | null;
      /** Of this client alone. */
      clientId?: string | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: CampaignSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageCampaignShape;
    };
  };
  /** Create a campaign as a draft */
  create_campaign: {
    path: "/api/v1/campaigns/create";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: CampaignToCreate;
    answers: {
      201: CampaignShape;
    };
  };
  /** One campaign */
  get_campaign: {
    path: "/api/v1/campaigns/{campaign_id}";
    method: "GET";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    answers: {
      200: CampaignShape;
    };
  };
  /** Change a campaign */
  update_campaign: {
    path: "/api/v1/campaigns/{campaign_id}";
    method: "PUT";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: CampaignUpdate;
    answers: {
      200: CampaignShape;
    };
  };
  /** Delete a campaign */
  delete_campaign: {
    path: "/api/v1/campaigns/{campaign_id}";
    method: "DELETE";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** One campaign's figures */
  get_analytics_of_campaign: {
    path: "/api/v1/campaigns/{campaign_id}/analytics";
    method: "GET";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    query?: {
      /** The last 7, 30, 90 or 365 days, today included. */
      range?: "7d" | "30d" | "90d" | "1y";
      /** What the timeline counts by. */
      groupBy?: "day" | "week" | "month";
    };
    answers: {
      200: CampaignAnalytics;
    };
  };
  /** The leads in a campaign */
  list_campaign_members: {
    path: "/api/v1/campaigns/{campaign_id}/members";
    method: "GET";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: MemberSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageMemberShape;
    };
  };
  /** Put leads into a campaign */
  add_campaign_members: {
    path: "/api/v1/campaigns/{campaign_id}/members";
    method: "POST";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: MemberIds;
    answers: {
      200: ChangedLeads;
    };
  };
  /** Write to members no more */
  stop_campaign_members: {
    path: "/api/v1/campaigns/{campaign_id}/members/stop";
    method: "POST";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: MembersToStop;
    answers: {
      200: ChangedLeads;
    };
  };
  /** Bring a deleted campaign back */
  restore_campaign: {
    path: "/api/v1/campaigns/{campaign_id}/restore";
    method: "POST";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: CampaignShape;
    };
  };
  /** A campaign's steps */
  get_campaign_steps: {
    path: "/api/v1/campaigns/{campaign_id}/steps";
    method: "GET";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    answers: {
      200: Steps;
    };
  };
  /** Write a campaign's steps */
  replace_campaign_steps: {
    path: "/api/v1/campaigns/{campaign_id}/steps";
    method: "PUT";
    parameters: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: Steps;
    answers: {
      200: Steps;
    };
  };
  /** Clients, by name */
  list_clients: {
    path: "/api/v1/clients";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageClientAnswer;
    };
  };
  /** Make a client */
  create_client: {
    path: "/api/v1/clients";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: ClientName;
    answers: {
      201: ClientAnswer;
    };
  };
  /** One client */
  get_client: {
    path: "/api/v1/clients/{client_id}";
    method: "GET";
    parameters: {
      /** The client's id. */
      client_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: ClientAnswer;
    };
  };
  /** Rename a client */
  rename_client: {
    path: "/api/v1/clients/{client_id}";
    method: "PATCH";
    parameters: {
      /** The client's id. */
      client_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: ClientName;
    answers: {
      200: ClientAnswer;
    };
  };
  /** Delete a client */
  delete_client: {
    path: "/api/v1/clients/{client_id}";
    method: "DELETE";
    parameters: {
      /** The client's id. */
      client_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Take a client back */
  restore_client: {
    path: "/api/v1/clients/{client_id}/restore";
    method: "POST";
    parameters: {
      /** The client's id. */
      client_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: ClientAnswer;
    };
  };
  /** The companies that the caller reaches, in pages */
  list_companies: {
    path: "/api/v1/companies";
    method: "GET";
    query?: {
      /** Of this country alone, ISO 3166-1 alpha-2. */
      countryCode?: string[] | null;
      /** Of this division of NACE Rev. 2 alone. */
      industryCode?: string[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: CompanySort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageCompanyShape;
    };
  };
  /** One company, with where its values stand */
  get_company: {
    path: "/api/v1/companies/{company_id}";
    method: "GET";
    parameters: {
      /** The company's id. */
      company_id: string;
    };
    query?: {
      /** One attribute alone. */
      attribute?: string | null;
    };
    answers: {
      200: CompanyDetails;
    };
  };
  /** The organization's sources, in pages */
  list_data_sources: {
    path: "/api/v1/data-sources";
    method: "GET";
    query?: {
      /** One or several kinds. */
      kind?: ("web_site" | "csv" | "api" | "linkedin" | "apollo" | "zoominfo" | "hunter" | "overpass" | "searxng")[] | null;
      /** One or several statuses. */
      status?: ("active" | "inactive" | "error")[] | null;
      /** The operator's sources, too. */
      isShared?: boolean;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: SourceSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageSourceShape;
    };
  };
  /** Create a source */
  create_data_source: {
    path: "/api/v1/data-sources/create";
    method: "POST";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SourceToCreate;
    answers: {
      201: SourceShape;
    };
  };
  /** One source */
  get_data_source: {
    path: "/api/v1/data-sources/{source_id}";
    method: "GET";
    parameters: {
      /** The source's id. */
      source_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: SourceShape;
    };
  };
  /** Change a source */
  update_data_source: {
    path: "/api/v1/data-sources/{source_id}";
    method: "PUT";
    parameters: {
      /** The source's id. */
      source_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SourceUpdate;
    answers: {
      200: SourceShape;
    };
  };
  /** Delete a source */
  delete_data_source: {
    path: "/api/v1/data-sources/{source_id}";
    method: "DELETE";
    parameters: {
      /** The source's id. */
      source_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** The jobs about a source */
  list_data_source_jobs: {
    path: "/api/v1/data-sources/{source_id}/jobs";
    method: "GET";
    parameters: {
      /** The source's id. */
      source_id: string;
    };
    query?: {
      /** One or several statuses. */
      status?: ("pending" | "running" | "paused" | "completed" | "failed" | "cancelled")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: SourceJobSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageSourceJob;
    };
  };
  /** Bring a deleted source back */
  restore_data_source: {
    path: "/api/v1/data-sources/{source_id}/restore";
    method: "POST";
    parameters: {
      /** The source's id. */
      source_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: SourceShape;
    };
  };
  /** Test a source */
  test_data_source: {
    path: "/api/v1/data-sources/{source_id}/test";
    method: "POST";
    parameters: {
      /** The source's id. */
      source_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: SourceTest;
    };
  };
  /** What can be restored, in pages */
  list_deleted: {
    path: "/api/v1/deleted";
    method: "GET";
    query?: {
      /** One or several kinds. */
      kind?: ("campaign" | "list" | "segment" | "data_source" | "lead")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: DeletedSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageDeletedShape;
    };
  };
  /** What changes, as it changes */
  stream_events: {
    path: "/api/v1/events";
    method: "GET";
    query?: {
      /** Of these resources alone. */
      resource?: ("jobs" | "sources" | "campaigns" | "leads" | "notifications" | "analytics")[] | null;
      /** Of these channels alone. */
      channel?: ("job_status_change" | "new_notification" | "campaign_metrics_update")[] | null;
      /** Go on after this event; by default with what comes now. */
      after?: number | null;
      /** Wait for what comes; else end with what is there. */
      follow?: boolean;
    };
    headers?: {
      /** As `after`, of a break. */
      "last-event-id"?: string | null;
    };
    answers: {
      200: {
        id?: string;
        event?: "change" | "reset" | "end";
        data: string;
      };
    };
  };
  /** The exports that the caller sees, in pages */
  list_exports: {
    path: "/api/v1/exports";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: ExportSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageExportShape;
    };
  };
  /** Export leads as CSV */
  make_export: {
    path: "/api/v1/exports";
    method: "POST";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: ExportToMake;
    answers: {
      201: ExportShape;
    };
  };
  /** One export */
  get_export: {
    path: "/api/v1/exports/{export_id}";
    method: "GET";
    parameters: {
      /** The export's id. */
      export_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: ExportShape;
    };
  };
  /** The file of an export */
  read_export: {
    path: "/api/v1/exports/{export_id}/file";
    method: "GET";
    parameters: {
      /** The export's id. */
      export_id: string;
    };
    answers: {
      200: string;
    };
  };
  /** Begin an upload in parts */
  start_upload: {
    path: "/api/v1/file-uploads";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: UploadToStart;
    answers: {
      201: StartedUpload;
    };
  };
  /** Abort an upload */
  abort_upload: {
    path: "/api/v1/file-uploads/{upload_id}";
    method: "DELETE";
    parameters: {
      /** The upload's id. */
      upload_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Join the parts */
  complete_upload: {
    path: "/api/v1/file-uploads/{upload_id}/complete";
    method: "POST";
    parameters: {
      /** The upload's id. */
      upload_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: UploadEnd;
    answers: {
      201: FileShape;
    };
  };
  /** The parts that are stored */
  list_parts: {
    path: "/api/v1/file-uploads/{upload_id}/parts";
    method: "GET";
    parameters: {
      /** The upload's id. */
      upload_id: string;
    };
    answers: {
      200: PartShape[];
    };
  };
  /** Send a part of an upload */
  upload_part: {
    path: "/api/v1/file-uploads/{upload_id}/parts/{part_number}";
    method: "PUT";
    parameters: {
      /** The upload's id. */
      upload_id: string;
      /** Which part, from 1. */
      part_number: number;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: string;
    answers: {
      200: PartShape;
    };
  };
  /** The files that the caller reaches, in pages */
  list_files: {
    path: "/api/v1/files";
    method: "GET";
    query?: {
      /** One kind of files alone. */
      bucket?: string | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: FileSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageFileShape;
    };
  };
  /** Upload a file in one piece */
  upload_file: {
    path: "/api/v1/files";
    method: "POST";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: BodyUploadFile;
    answers: {
      201: FileShape;
    };
  };
  /** One file's description */
  get_file: {
    path: "/api/v1/files/{object_id}";
    method: "GET";
    parameters: {
      /** The file's id. */
      object_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: FileShape;
    };
  };
  /** Delete a file */
  delete_file: {
    path: "/api/v1/files/{object_id}";
    method: "DELETE";
    parameters: {
      /** The file's id. */
      object_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** A file's bytes */
  read_file: {
    path: "/api/v1/files/{object_id}/content";
    method: "GET";
    parameters: {
      /** The file's id. */
      object_id: string;
    };
    answers: {
      200: string;
    };
  };
  /** Bring a deleted file back */
  restore_file: {
    path: "/api/v1/files/{object_id}/restore";
    method: "POST";
    parameters: {
      /** The file's id. */
      object_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: FileShape;
    };
  };
  /** Whether the process answers */
  check_live: {
    path: "/api/v1/health/live";
    method: "GET";
    answers: {
      200: Health;
    };
  };
  /** Whether requests can be served */
  check_ready: {
    path: "/api/v1/health/ready";
    method: "GET";
    answers: {
      200: Health;
    };
  };
  /** What a mail provider reports */
  receive_email_events: {
    path: "/api/v1/hooks/email/{organization_id}";
    method: "POST";
    parameters: {
      /** The organization's id. */
      organization_id: string;
    };
    headers: {
      /** The event's id (Standard Webhooks): the same for each attempt. */
      "webhook-id": string;
      /** When it was sent, in seconds since 1970 (Standard Webhooks). */
      "webhook-timestamp": string;
      /** Signatures of id, time and body (Standard Webhooks). */
      "webhook-signature": string;
    };
    body: {
      events: ({
        eventId: string;
        type: "bounced" | "complained" | "replied" | "unsubscribed";
        messageId?: string | null;
        rfcMessageId?: string | null;
        occurredAt?: string | null;
        reasonClass?: "mailbox_unknown" | "mailbox_disabled" | "mailbox_full" | "domain_unknown" | "policy" | "reputation" | "authentication" | "content" | "message_size" | "sender" | "network" | "system" | "protocol" | "unclassified" | null;
        smtpCode?: number | null;
        dsnStatus?: string | null;
        subject?: string | null;
        /** Of a reply: what it says. */
        text?: string | null;
        /** Of a reply: what you take it for. Left out, its words are read. */
        replyKind?: "positive" | "later" | "referral" | "declined" | "opt_out" | "out_of_office" | "other" | null;
      })[];
    };
    answers: {
      200: ReportOutcomes;
    };
  };
  /** An event of Stripe */
  receive_stripe_event: {
    path: "/api/v1/hooks/stripe";
    method: "POST";
    headers: {
      /** Stripe's signature of the body with its time. */
      "stripe-signature": string;
    };
    body: Record<string, unknown>;
    answers: {
      200: Received;
    };
  };
  /** What happened, the newest first */
  list_interactions: {
    path: "/api/v1/interactions";
    method: "GET";
    query?: {
      /** Of this lead alone. */
      leadId?: string | null;
      /** One or several types. */
      type?: ("email" | "reply" | "call" | "meeting" | "note" | "linkedin" | "invitation")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: InteractionSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageInteractionShape;
    };
  };
  /** Write down what happened */
  record_interaction: {
    path: "/api/v1/interactions";
    method: "POST";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: InteractionToRecord;
    answers: {
      201: InteractionShape;
    };
  };
  /** One interaction */
  get_interaction: {
    path: "/api/v1/interactions/{interaction_id}";
    method: "GET";
    parameters: {
      /** The interaction's id. */
      interaction_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: InteractionShape;
    };
  };
  /** Put right what was written */
  update_interaction: {
    path: "/api/v1/interactions/{interaction_id}";
    method: "PUT";
    parameters: {
      /** The interaction's id. */
      interaction_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: InteractionUpdate;
    answers: {
      200: InteractionShape;
    };
  };
  /** Delete an interaction */
  delete_interaction: {
    path: "/api/v1/interactions/{interaction_id}";
    method: "DELETE";
    parameters: {
      /** The interaction's id. */
      interaction_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Bring a deleted interaction back */
  restore_interaction: {
    path: "/api/v1/interactions/{interaction_id}/restore";
    method: "POST";
    parameters: {
      /** The interaction's id. */
      interaction_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: InteractionShape;
    };
  };
  /** Open invitations */
  list_invitations: {
    path: "/api/v1/invitations";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageInvitationAnswer;
    };
  };
  /** Invite somebody */
  invite_member: {
    path: "/api/v1/invitations";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: NewInvitation;
    answers: {
      201: MadeInvitation;
    };
  };
  /** Join by an invitation */
  accept_invitation: {
    path: "/api/v1/invitations/accept";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: TokenOnly;
    answers: {
      200: Joined;
    };
  };
  /** Withdraw an invitation */
  revoke_invitation: {
    path: "/api/v1/invitations/{invitation_id}";
    method: "DELETE";
    parameters: {
      /** The invitation's id. */
      invitation_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** The jobs that the caller reaches, in pages */
  list_jobs: {
    path: "/api/v1/jobs";
    method: "GET";
    query?: {
      /** One or several statuses. */
      status?: ("pending" | "running" | "paused" | "completed" | "failed" | "cancelled")[] | null;
      /** One or several kinds. */
      kind?: ("crawl" | "import" | "enrich")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: JobSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageJobShape;
    };
  };
  /** Ask for a job */
  create_job: {
    path: "/api/v1/jobs/create";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: JobToCreate;
    answers: {
      201: JobShape;
    };
  };
  /** One job */
  get_job: {
    path: "/api/v1/jobs/{job_id}";
    method: "GET";
    parameters: {
      /** The job's id. */
      job_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: JobShape;
    };
  };
  /** Cancel a job */
  cancel_job: {
    path: "/api/v1/jobs/{job_id}/cancel";
    method: "POST";
    parameters: {
      /** The job's id. */
      job_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: JobShape;
    };
  };
  /** What a job has said */
  list_job_logs: {
    path: "/api/v1/jobs/{job_id}/logs";
    method: "GET";
    parameters: {
      /** The job's id. */
      job_id: string;
    };
    query?: {
      /** One or several of the four levels. */
      level?: ("debug" | "info" | "warning" | "error")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageLogShape;
    };
  };
  /** A job's log and progress, as they come */
  stream_job_logs: {
    path: "/api/v1/jobs/{job_id}/logs/stream";
    method: "GET";
    parameters: {
      /** The job's id. */
      job_id: string;
    };
    query?: {
      /** Of these levels alone. */
      level?: ("debug" | "info" | "warning" | "error")[] | null;
      /** Go on after the line of this number. */
      after?: number;
      /** Wait for what comes; else end with what is there. */
      follow?: boolean;
    };
    headers?: {
      /** As `after`, of a break. */
      "last-event-id"?: string | null;
    };
    answers: {
      200: {
        id?: string;
        event?: "log" | "progress" | "end";
        data: string;
      };
    };
  };
  /** Pause a job at its next safe point */
  pause_job: {
    path: "/api/v1/jobs/{job_id}/pause";
    method: "POST";
    parameters: {
      /** The job's id. */
      job_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: JobShape;
    };
  };
  /** Resume a paused job */
  resume_job: {
    path: "/api/v1/jobs/{job_id}/resume";
    method: "POST";
    parameters: {
      /** The job's id. */
      job_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: JobShape;
    };
  };
  /** A job's run in Airflow */
  get_job_run: {
    path: "/api/v1/jobs/{job_id}/run";
    method: "GET";
    parameters: {
      /** The job's id. */
      job_id: string;
    };
    answers: {
      200: JobRunShape;
    };
  };
  /** Start a job, or try a failed one again */
  start_job: {
    path: "/api/v1/jobs/{job_id}/start";
    method: "POST";
    parameters: {
      /** The job's id. */
      job_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: JobShape;
    };
  };
  /** The searches that the caller reaches, in pages */
  list_lead_searches: {
    path: "/api/v1/lead-searches";
    method: "GET";
    query?: {
      /** One or several states. */
      state?: ("asked" | "proposed" | "refused" | "confirmed" | "running" | "finished")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: SearchSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageSearchShape;
    };
  };
  /** Search by criteria */
  create_lead_search: {
    path: "/api/v1/lead-searches";
    method: "POST";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SearchToCreate;
    answers: {
      201: SearchShape;
    };
  };
  /** Search by a question */
  ask_lead_search: {
    path: "/api/v1/lead-searches/ask";
    method: "POST";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SearchQuestion;
    answers: {
      201: SearchShape;
    };
  };
  /** One search */
  get_lead_search: {
    path: "/api/v1/lead-searches/{lead_search_id}";
    method: "GET";
    parameters: {
      /** The search's id. */
      lead_search_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: SearchShape;
    };
  };
  /** Change a search */
  update_lead_search: {
    path: "/api/v1/lead-searches/{lead_search_id}";
    method: "PUT";
    parameters: {
      /** The search's id. */
      lead_search_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SearchUpdate;
    answers: {
      200: SearchShape;
    };
  };
  /** Delete a search */
  delete_lead_search: {
    path: "/api/v1/lead-searches/{lead_search_id}";
    method: "DELETE";
    parameters: {
      /** The search's id. */
      lead_search_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Confirm a proposal */
  confirm_lead_search: {
    path: "/api/v1/lead-searches/{lead_search_id}/confirm";
    method: "POST";
    parameters: {
      /** The search's id. */
      lead_search_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SearchConfirmation;
    answers: {
      200: SearchShape;
    };
  };
  /** What came of a search */
  report_lead_search: {
    path: "/api/v1/lead-searches/{lead_search_id}/report";
    method: "GET";
    parameters: {
      /** The search's id. */
      lead_search_id: string;
    };
    answers: {
      200: SearchReportShape;
    };
  };
  /** Look for more */
  start_lead_search: {
    path: "/api/v1/lead-searches/{lead_search_id}/start";
    method: "POST";
    parameters: {
      /** The search's id. */
      lead_search_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: SearchShape;
    };
  };
  /** The leads that the caller reaches, in pages */
  list_leads: {
    path: "/api/v1/leads";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: LeadSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
      /** One or several statuses. */
      status?: ("new" | "qualified" | "contacted" | "converted" | "lost" | "rejected")[] | null;
      /** One or several priorities. */
      priority?: ("low" | "medium" | "high" | "urgent")[] | null;
      /** Of this campaign alone. */
      campaignId?: string | null;
      /** The owner's user id. */
      assignedTo?: string | null;
      /** Tags that a lead must have. */
      tag?: string[] | null;
      /** Members of this list alone. */
      listId?: string | null;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: PageListedLead;
    };
  };
  /** Delete up to 100 leads */
  delete_leads: {
    path: "/api/v1/leads/bulk";
    method: "DELETE";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: BulkIds;
    answers: {
      200: BulkAnswer;
    };
  };
  /** Give up to 100 leads to a member */
  assign_leads: {
    path: "/api/v1/leads/bulk-assign";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: BulkAssignment;
    answers: {
      200: BulkAnswer;
    };
  };
  /** The same change of up to 100 leads */
  update_leads: {
    path: "/api/v1/leads/bulk-update";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: BulkUpdate;
    answers: {
      200: BulkAnswer;
    };
  };
  /** Enter a lead by hand */
  create_lead: {
    path: "/api/v1/leads/create";
    method: "POST";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: LeadToEnter;
    answers: {
      201: LeadShape;
    };
  };
  /** One lead */
  get_lead: {
    path: "/api/v1/leads/{lead_id}";
    method: "GET";
    parameters: {
      /** The lead's id. */
      lead_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: LeadShape;
    };
  };
  /** Change a lead */
  update_lead: {
    path: "/api/v1/leads/{lead_id}";
    method: "PUT";
    parameters: {
      /** The lead's id. */
      lead_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: LeadUpdate;
    answers: {
      200: LeadShape;
    };
  };
  /** Delete a lead */
  delete_lead: {
    path: "/api/v1/leads/{lead_id}";
    method: "DELETE";
    parameters: {
      /** The lead's id. */
      lead_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Give a lead to a member */
  assign_lead: {
    path: "/api/v1/leads/{lead_id}/assign";
    method: "POST";
    parameters: {
      /** The lead's id. */
      lead_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: Assignment;
    answers: {
      200: AssignedLead;
    };
  };
  /** A lead's way */
  get_lead_history: {
    path: "/api/v1/leads/{lead_id}/history";
    method: "GET";
    parameters: {
      /** The lead's id. */
      lead_id: string;
    };
    answers: {
      200: LeadHistory;
    };
  };
  /** Why a lead's values are so */
  get_lead_provenance: {
    path: "/api/v1/leads/{lead_id}/provenance";
    method: "GET";
    parameters: {
      /** The lead's id. */
      lead_id: string;
    };
    query?: {
      /** One attribute alone. */
      attribute?: string | null;
    };
    answers: {
      200: LeadProvenance;
    };
  };
  /** Rate a lead from 1 to 5 */
  qualify_lead: {
    path: "/api/v1/leads/{lead_id}/qualify";
    method: "POST";
    parameters: {
      /** The lead's id. */
      lead_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: LeadRating;
    answers: {
      200: RatedLead;
    };
  };
  /** Bring a deleted lead back */
  restore_lead: {
    path: "/api/v1/leads/{lead_id}/restore";
    method: "POST";
    parameters: {
      /** The lead's id. */
      lead_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: LeadShape;
    };
  };
  /** A lead's score and why */
  get_lead_score: {
    path: "/api/v1/leads/{lead_id}/score";
    method: "GET";
    parameters: {
      /** The lead's id. */
      lead_id: string;
    };
    answers: {
      200: LeadScore;
    };
  };
  /** The lists that the caller sees, in pages */
  list_lists: {
    path: "/api/v1/lists";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: ListSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageListShape;
    };
  };
  /** Make a list */
  create_list: {
    path: "/api/v1/lists";
    method: "POST";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: ListToCreate;
    answers: {
      201: ListShape;
    };
  };
  /** One list */
  get_list: {
    path: "/api/v1/lists/{list_id}";
    method: "GET";
    parameters: {
      /** The list's id. */
      list_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: ListShape;
    };
  };
  /** Change a list */
  update_list: {
    path: "/api/v1/lists/{list_id}";
    method: "PUT";
    parameters: {
      /** The list's id. */
      list_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: ListUpdate;
    answers: {
      200: ListShape;
    };
  };
  /** Delete a list */
  delete_list: {
    path: "/api/v1/lists/{list_id}";
    method: "DELETE";
    parameters: {
      /** The list's id. */
      list_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Put leads into a list */
  add_list_members: {
    path: "/api/v1/lists/{list_id}/members";
    method: "POST";
    parameters: {
      /** The list's id. */
      list_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: ListMembers;
    answers: {
      200: ChangedMembers;
    };
  };
  /** Take leads out of a list */
  remove_list_members: {
    path: "/api/v1/lists/{list_id}/members";
    method: "DELETE";
    parameters: {
      /** The list's id. */
      list_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: ListMembers;
    answers: {
      200: ChangedMembers;
    };
  };
  /** Bring a deleted list back */
  restore_list: {
    path: "/api/v1/lists/{list_id}/restore";
    method: "POST";
    parameters: {
      /** The list's id. */
      list_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: ListShape;
    };
  };
  /** Pairs that wait for a decision */
  list_waiting_matches: {
    path: "/api/v1/matches";
    method: "GET";
    query?: {
      /** Pairs at most, the newest. */
      most?: number;
    };
    answers: {
      200: WaitingPairShape[];
    };
  };
  /** Say who is who */
  decide_match: {
    path: "/api/v1/matches/decide";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: MatchDecision;
    answers: {
      200: DecidedMatch;
    };
  };
  /** Who asks */
  get_me: {
    path: "/api/v1/me";
    method: "GET";
    answers: {
      200: Me;
    };
  };
  /** Delete the own account */
  delete_me: {
    path: "/api/v1/me";
    method: "DELETE";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Change the own name */
  rename_me: {
    path: "/api/v1/me";
    method: "PATCH";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: NewName;
    answers: {
      200: Me;
    };
  };
  /** Ask for another mail that confirms the address */
  request_email_confirmation: {
    path: "/api/v1/me/email-confirmation";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      202: Accepted;
    };
  };
  /** All that is held about the own account */
  export_me: {
    path: "/api/v1/me/export";
    method: "GET";
    answers: {
      200: AccountExport;
    };
  };
  /** Accounts elsewhere */
  list_linked_accounts: {
    path: "/api/v1/me/linked-accounts";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageLinkedAccount;
    };
  };
  /** Link the Airflow account that asks */
  link_account: {
    path: "/api/v1/me/linked-accounts";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      201: LinkedAccount;
    };
  };
  /** Unlink an account elsewhere */
  unlink_account: {
    path: "/api/v1/me/linked-accounts/{external_identity_id}";
    method: "DELETE";
    parameters: {
      /** The linked account's id. */
      external_identity_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Change the password */
  change_password: {
    path: "/api/v1/me/password";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: PasswordChange;
    answers: {
      204: void;
    };
  };
  /** The own preferences */
  get_preferences: {
    path: "/api/v1/me/preferences";
    method: "GET";
    answers: {
      200: PreferencesAnswer;
    };
  };
  /** Change the own preferences */
  change_preferences: {
    path: "/api/v1/me/preferences";
    method: "PATCH";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: PreferencesChange;
    answers: {
      200: PreferencesAnswer;
    };
  };
  /** The own second factor */
  get_second_factor: {
    path: "/api/v1/me/second-factor";
    method: "GET";
    answers: {
      200: SecondFactorState;
    };
  };
  /** Enrol an authenticator */
  enrol_second_factor: {
    path: "/api/v1/me/second-factor";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      201: Enrolment;
    };
  };
  /** Confirm the authenticator */
  confirm_second_factor: {
    path: "/api/v1/me/second-factor/confirm";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: Code;
    answers: {
      200: RecoveryCodes;
    };
  };
  /** Remove the authenticator */
  remove_second_factor: {
    path: "/api/v1/me/second-factor/remove";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: Code;
    answers: {
      204: void;
    };
  };
  /** Where the person is signed in */
  list_sessions: {
    path: "/api/v1/me/sessions";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageSessionAnswer;
    };
  };
  /** End a session */
  revoke_session: {
    path: "/api/v1/me/sessions/{session_id}";
    method: "DELETE";
    parameters: {
      /** The session's id. */
      session_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Members, by address */
  list_members: {
    path: "/api/v1/members";
    method: "GET";
    query?: {
      /** Also those who have left. */
      withRemoved?: boolean;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageMemberAnswer;
    };
  };
  /** Leave the organization */
  leave_organization: {
    path: "/api/v1/members/leave";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Give a member another role */
  change_member_role: {
    path: "/api/v1/members/{user_id}";
    method: "PATCH";
    parameters: {
      /** The user's id. */
      user_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: RoleChange;
    answers: {
      204: void;
    };
  };
  /** Remove a member */
  remove_member: {
    path: "/api/v1/members/{user_id}";
    method: "DELETE";
    parameters: {
      /** The user's id. */
      user_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Take a member back */
  restore_member: {
    path: "/api/v1/members/{user_id}/restore";
    method: "POST";
    parameters: {
      /** The user's id. */
      user_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Notifications, newest first */
  list_notifications: {
    path: "/api/v1/notifications";
    method: "GET";
    query?: {
      /** Only what was not read. */
      unread?: boolean;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageNotificationAnswer;
    };
  };
  /** Mark all as read */
  read_all_notifications: {
    path: "/api/v1/notifications/read-all";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: Marked;
    };
  };
  /** How many are not read */
  count_unread_notifications: {
    path: "/api/v1/notifications/unread-count";
    method: "GET";
    answers: {
      200: Unread;
    };
  };
  /** Delete one */
  delete_notification: {
    path: "/api/v1/notifications/{notification_id}";
    method: "DELETE";
    parameters: {
      /** The notification's id. */
      notification_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Mark one as read */
  read_notification: {
    path: "/api/v1/notifications/{notification_id}/read";
    method: "POST";
    parameters: {
      /** The notification's id. */
      notification_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: Marked;
    };
  };
  /** The organization */
  get_organization: {
    path: "/api/v1/organization";
    method: "GET";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: OrganizationAnswer;
    };
  };
  /** Change the organization */
  change_organization: {
    path: "/api/v1/organization";
    method: "PATCH";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: OrganizationChange;
    answers: {
      200: OrganizationAnswer;
    };
  };
  /** Close the organization */
  close_organization: {
    path: "/api/v1/organization/closing";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: Closing;
    answers: {
      200: ClosingAnswer;
    };
  };
  /** Settings of the work on leads */
  get_organization_settings: {
    path: "/api/v1/organization/settings";
    method: "GET";
    answers: {
      200: SettingsAnswer;
    };
  };
  /** Choose settings of the work on leads */
  set_organization_settings: {
    path: "/api/v1/organization/settings";
    method: "PUT";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SettingsAnswer;
    answers: {
      200: SettingsAnswer;
    };
  };
  /** The people that the caller reaches, in pages */
  list_people: {
    path: "/api/v1/people";
    method: "GET";
    query?: {
      /** Of this company alone. */
      companyId?: string | null;
      /** Of this country alone, ISO 3166-1 alpha-2. */
      countryCode?: string[] | null;
      /** Of this level alone. */
      seniority?: string[] | null;
      /** Whose address stands so. */
      emailStatus?: string[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: PersonSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PagePersonShape;
    };
  };
  /** One person, with where the values stand */
  get_person: {
    path: "/api/v1/people/{person_id}";
    method: "GET";
    parameters: {
      /** The person's id. */
      person_id: string;
    };
    query?: {
      /** One attribute alone. */
      attribute?: string | null;
    };
    answers: {
      200: PersonDetails;
    };
  };
  /** Names of secrets */
  list_secrets: {
    path: "/api/v1/secrets";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageSecretAnswer;
    };
  };
  /** Store or replace a secret */
  put_secret: {
    path: "/api/v1/secrets/{name}";
    method: "PUT";
    parameters: {
      /** The name it is kept under. */
      name: string;
    };
    query?: {
      /** Whose: the organization's, or the caller's alone. */
      owner?: "organization" | "me";
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SecretValue;
    answers: {
      200: StoredSecret;
    };
  };
  /** Delete a secret */
  delete_secret: {
    path: "/api/v1/secrets/{name}";
    method: "DELETE";
    parameters: {
      /** The name it is kept under. */
      name: string;
    };
    query?: {
      /** Whose: the organization's, or the caller's alone. */
      owner?: "organization" | "me";
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** The segments that the caller sees, in pages */
  list_segments: {
    path: "/api/v1/segments";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: SegmentSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageSegmentShape;
    };
  };
  /** Save a rule */
  create_segment: {
    path: "/api/v1/segments";
    method: "POST";
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SegmentToCreate;
    answers: {
      201: SegmentShape;
    };
  };
  /** Try a rule */
  preview_segment: {
    path: "/api/v1/segments/preview";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SegmentRule;
    answers: {
      200: SegmentPreview;
    };
  };
  /** One segment */
  get_segment: {
    path: "/api/v1/segments/{segment_id}";
    method: "GET";
    parameters: {
      /** The segment's id. */
      segment_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: SegmentShape;
    };
  };
  /** Change a segment */
  update_segment: {
    path: "/api/v1/segments/{segment_id}";
    method: "PUT";
    parameters: {
      /** The segment's id. */
      segment_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SegmentUpdate;
    answers: {
      200: SegmentShape;
    };
  };
  /** Delete a segment */
  delete_segment: {
    path: "/api/v1/segments/{segment_id}";
    method: "DELETE";
    parameters: {
      /** The segment's id. */
      segment_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Whom a segment finds now */
  preview_saved_segment: {
    path: "/api/v1/segments/{segment_id}/preview";
    method: "GET";
    parameters: {
      /** The segment's id. */
      segment_id: string;
    };
    answers: {
      200: SegmentPreview;
    };
  };
  /** Bring a deleted segment back */
  restore_segment: {
    path: "/api/v1/segments/{segment_id}/restore";
    method: "POST";
    parameters: {
      /** The segment's id. */
      segment_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: SegmentShape;
    };
  };
  /** Who is never written to, in pages */
  list_suppressions: {
    path: "/api/v1/suppressions";
    method: "GET";
    query?: {
      /** Addresses, domains or both. */
      scope?: ("email" | "domain")[] | null;
      /** One or several reasons. */
      reason?: ("unsubscribed" | "complained" | "hard_bounce" | "manual" | "existing_customer" | "erased")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: SuppressionSort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageSuppressionShape;
    };
  };
  /** Never write to somebody again */
  add_suppression: {
    path: "/api/v1/suppressions";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: SuppressionToAdd;
    answers: {
      201: AddedSuppression;
    };
  };
  /** One suppression */
  get_suppression: {
    path: "/api/v1/suppressions/{suppression_id}";
    method: "GET";
    parameters: {
      /** The suppression's id. */
      suppression_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: SuppressionShape;
    };
  };
  /** Teams, by name */
  list_teams: {
    path: "/api/v1/teams";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageTeamAnswer;
    };
  };
  /** Make a team */
  create_team: {
    path: "/api/v1/teams";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: TeamName;
    answers: {
      201: TeamAnswer;
    };
  };
  /** One team */
  get_team: {
    path: "/api/v1/teams/{team_id}";
    method: "GET";
    parameters: {
      /** The team's id. */
      team_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: TeamAnswer;
    };
  };
  /** Rename a team */
  rename_team: {
    path: "/api/v1/teams/{team_id}";
    method: "PATCH";
    parameters: {
      /** The team's id. */
      team_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: TeamName;
    answers: {
      200: TeamAnswer;
    };
  };
  /** Delete a team */
  delete_team: {
    path: "/api/v1/teams/{team_id}";
    method: "DELETE";
    parameters: {
      /** The team's id. */
      team_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Take a member into a team */
  add_team_member: {
    path: "/api/v1/teams/{team_id}/members/{user_id}";
    method: "PUT";
    parameters: {
      /** The team's id. */
      team_id: string;
      /** The user's id. */
      user_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: TeamAnswer;
    };
  };
  /** Out of a team */
  remove_team_member: {
    path: "/api/v1/teams/{team_id}/members/{user_id}";
    method: "DELETE";
    parameters: {
      /** The team's id. */
      team_id: string;
      /** The user's id. */
      user_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** Take a team back */
  restore_team: {
    path: "/api/v1/teams/{team_id}/restore";
    method: "POST";
    parameters: {
      /** The team's id. */
      team_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: TeamAnswer;
    };
  };
  /** Events of the product, in batches */
  record_usage_events: {
    path: "/api/v1/usage-events";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: UsageBatch;
    answers: {
      202: UsageAnswer;
    };
  };
  /** Events counted by day */
  list_usage_by_day: {
    path: "/api/v1/usage-events/by-day";
    method: "GET";
    query?: {
      /** The last so many days, today (UTC) included. */
      days?: number;
    };
    answers: {
      200: UsageDay[];
    };
  };
  /** The credits that are left */
  get_wallet: {
    path: "/api/v1/wallet";
    method: "GET";
    answers: {
      200: WalletShape;
    };
  };
  /** The entries of the wallet, in pages */
  list_transactions: {
    path: "/api/v1/wallet/transactions";
    method: "GET";
    query?: {
      /** One or several kinds. */
      kind?: ("grant" | "purchase" | "debit" | "refund" | "expiry" | "reversal")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: EntrySort;
      /** Falling or rising; what has no value comes last. */
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
    };
    answers: {
      200: PageEntryShape;
    };
  };
  /** The organization's webhooks */
  list_webhooks: {
    path: "/api/v1/webhooks";
    method: "GET";
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageWebhookShape;
    };
  };
  /** Subscribe to changes */
  create_webhook: {
    path: "/api/v1/webhooks";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: NewWebhookShape;
    answers: {
      201: CreatedWebhookShape;
    };
  };
  /** What can be subscribed to */
  list_event_types: {
    path: "/api/v1/webhooks/event-types";
    method: "GET";
    answers: {
      200: string[];
    };
  };
  /** Messages as they look */
  list_webhook_samples: {
    path: "/api/v1/webhooks/samples";
    method: "GET";
    query?: {
      /** Of this event type alone. */
      eventType?: "*" | "lead.*" | "lead.created" | "lead.updated" | "lead.deleted" | "campaign.*" | "campaign.created" | "campaign.updated" | "campaign.deleted" | "job.*" | "job.created" | "job.updated" | "job.deleted" | "job_log.*" | "job_log.created" | "job_log.updated" | "job_log.deleted" | "source.*" | "source.created" | "source.updated" | "source.deleted" | "analytics.*" | "analytics.created" | "analytics.updated" | "analytics.deleted";
    };
    answers: {
      200: Record<string, unknown>[];
    };
  };
  /** Subscribe a Zap (REST hook) */
  subscribe_zap: {
    path: "/api/v1/webhooks/zapier";
    method: "POST";
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: ZapShape;
    answers: {
      201: WebhookShape;
    };
  };
  /** One webhook */
  get_webhook: {
    path: "/api/v1/webhooks/{webhook_id}";
    method: "GET";
    parameters: {
      /** The webhook's id. */
      webhook_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
    };
    answers: {
      200: unknown;
    };
  };
  /** Change, disable or enable a webhook */
  update_webhook: {
    path: "/api/v1/webhooks/{webhook_id}";
    method: "PATCH";
    parameters: {
      /** The webhook's id. */
      webhook_id: string;
    };
    headers?: {
      /** Entity tags, as an answer gave them. */
      "if-match"?: string | null;
      /** Entity tags, as an answer gave them. */
      "if-none-match"?: string | null;
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    body: WebhookChangeShape;
    answers: {
      200: WebhookShape;
    };
  };
  /** Unsubscribe */
  delete_webhook: {
    path: "/api/v1/webhooks/{webhook_id}";
    method: "DELETE";
    parameters: {
      /** The webhook's id. */
      webhook_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      204: void;
    };
  };
  /** What was sent and answered */
  list_webhook_deliveries: {
    path: "/api/v1/webhooks/{webhook_id}/deliveries";
    method: "GET";
    parameters: {
      /** The webhook's id. */
      webhook_id: string;
    };
    query?: {
      /** One or several statuses. */
      status?: "pending" | "delivered" | "failed" | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
    };
    answers: {
      200: PageDeliveryShape;
    };
  };
  /** One message */
  get_webhook_delivery: {
    path: "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}";
    method: "GET";
    parameters: {
      /** The webhook's id. */
      webhook_id: string;
      /** The delivery's id. */
      delivery_id: string;
    };
    answers: {
      200: DeliveryShape;
    };
  };
  /** Send a message again */
  redeliver_webhook_message: {
    path: "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver";
    method: "POST";
    parameters: {
      /** The webhook's id. */
      webhook_id: string;
      /** The delivery's id. */
      delivery_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      202: DeliveryIdShape;
    };
  };
  /** A new signing secret */
  rotate_webhook_secret: {
    path: "/api/v1/webhooks/{webhook_id}/rotate-secret";
    method: "POST";
    parameters: {
      /** The webhook's id. */
      webhook_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: SecretShape;
    };
  };
  /** Send a test message */
  test_webhook: {
    path: "/api/v1/webhooks/{webhook_id}/test";
    method: "POST";
    parameters: {
      /** The webhook's id. */
      webhook_id: string;
    };
    headers?: {
      /** Repeats of the request under the same key, for a day, have one effect and get the same answer. */
      "Idempotency-Key"?: string;
    };
    answers: {
      202: DeliveryIdShape;
    };
  };
}
