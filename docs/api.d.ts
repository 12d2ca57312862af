// Written by `leadhouse docs` from the API's specification. Do not edit.
// A client knows an operation by its name: Operations["list_leads"]["query"], Operations["list_leads"]["answers"][200].

/** The same whether the address is known or not. */
export type Accepted = {
  message: string;
};

/** A new access token; the session's refresh token stays. */
export type AccessToken = {
  accessToken: string;
  accessExpiresAt: string;
};

/** Rows by what they are; their fields are those of the API elsewhere, times are UTC. */
export type AccountExport = {
  exportedAt: string;
  account: Record<string, unknown>[];
  preferences: Record<string, unknown>[];
  memberships: Record<string, unknown>[];
  teams: Record<string, unknown>[];
  sessions: Record<string, unknown>[];
  linkedAccounts: Record<string, unknown>[];
  secondFactors: Record<string, unknown>[];
  apiKeys: Record<string, unknown>[];
  /** Names of the person's own, never a value. */
  secrets: Record<string, unknown>[];
  /** To the address, where it is confirmed; and what was accepted. */
  invitations: Record<string, unknown>[];
  mails: Record<string, unknown>[];
  notifications: Record<string, unknown>[];
  usageEvents: Record<string, unknown>[];
  /** What the person did, as the audit log has it. */
  acts: Record<string, unknown>[];
};

/** One act. `change`: column → `{"old", "new"}`, or `{"masked": true}` where it holds personal values. */
export type ActAnswer = {
  occurredAt: string;
  auditId: string;
  verb: string;
  resource: string;
  resourceId: string | null;
  outcome: string;
  actorUserId: string | null;
  apiKeyId: string | null;
  component: string;
  sessionId: string | null;
  address: string | null;
  agent: string | null;
  details: Record<string, unknown>;
  change: Record<string, unknown> | null;
};

/** Whether it is new; the first reason stays. */
export type AddedSuppression = {
  isNew: boolean;
};

/** Who has the lead now. */
export type AssignedLead = {
  leadId: string;
  ownerId: string;
};

/** To whom a lead goes, by the member's e-mail address; the member is notified. */
export type Assignment = {
  email: string;
};

/** Where the browser that asked has to go now. */
export type AtProvider = {
  authorizationUrl: string;
};

/** One try to deliver a message. */
export type AttemptShape = {
  attemptNo: number;
  attemptedAt: string;
  durationMs: number;
  responseStatus: number | null;
  responseBody: string | null;
  error: string | null;
};

export type BodyUploadFile = {
  /** Its type and name are those that the part declares. */
  file: string;
  bucket?: string;
  /** How it is called in the bucket; else an id. */
  key?: string | null;
};

/** An outcome for each lead, and how many were changed. */
export type BulkAnswer = {
  changed: number;
  outcomes: LeadOutcome[];
};

/** To whom up to 100 leads go; null takes them from whoever has them. */
export type BulkAssignment = {
  leadIds: string[];
  email: string | null;
};

/** Up to 100 leads. */
export type BulkIds = {
  leadIds: string[];
};

/** The same change of up to 100 leads; `tags` replaces, `addTags` and `removeTags` change. */
export type BulkUpdate = {
  leadIds: string[];
  status?: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected" | null;
  priority?: "low" | "medium" | "high" | "urgent" | null;
  tags?: string[] | null;
  addTags?: string[] | null;
  removeTags?: string[] | null;
  notes?: string | null;
  customFields?: Record<string, unknown> | null;
  campaignId?: string | null;
  reason?: string | null;
};

/** One campaign: all of it, a range, and how it moved. */
export type CampaignAnalytics = {
  asOf: string;
  campaignId: string;
  name: string;
  status: string;
  days: Days;
  totals: CampaignTotals;
  figures: Figures;
  ratios: Ratios;
  figuresBefore: Figures;
  ratiosBefore: Ratios;
  change: Changes;
  messageTimeline: MessagePoint[];
  leadTimeline: LeadPoint[];
  statusDistribution: Share[];
  qualificationDistribution: Share[];
};

/** A campaign. Rates are null where there is nothing to divide by. */
export type CampaignShape = {
  campaignId: string;
  name: string;
  description: string | null;
  type: "email" | "social" | "content" | "mixed" | "linkedin" | "call";
  status: "draft" | "active" | "paused" | "completed";
  clientId: string | null;
  clientName: string | null;
  emailAccountId: string | null;
  suiteName: string;
  config: Record<string, unknown>;
  members: number;
  membersStopped: number;
  leads: number;
  leadsQualified: number;
  leadsContacted: number;
  leadsConverted: number;
  attempted: number;
  delivered: number;
  peopleDelivered: number;
  peopleReplied: number;
  responseRate: number | null;
  qualificationRate: number | null;
  conversionRate: number | null;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
};

export type CampaignSort = "createdAt" | "updatedAt" | "name" | "status" | "members" | "leads" | "responseRate" | "qualificationRate" | "conversionRate";

/** A new campaign, a draft. `config` holds caps and wanted attributes. */
export type CampaignToCreate = {
  name: string;
  type?: "email" | "social" | "content" | "mixed" | "linkedin" | "call";
  description?: string | null;
  clientId?: string | null;
  emailAccountId?: string | null;
  config?: Record<string, JsonValue>;
};

/** Everything since the campaign began, as the database keeps it. */
export type CampaignTotals = {
  members: number;
  membersStopped: number;
  candidates: number;
  decidedSent: number;
  people: number;
  attempted: number;
  delivered: number;
  peopleDelivered: number;
  peopleReplied: number;
  peopleUnsubscribed: number;
  leads: number;
  leadsQualified: number;
  leadsContacted: number;
  leadsConverted: number;
  bounceRate: number | null;
  responseRate: number | null;
  unsubscribeRate: number | null;
  complaintRate: number | null;
  qualificationRate: number | null;
  conversionRate: number | null;
};

/** What changes; what is left out stays. `status` follows draft, active, paused, completed. */
export type CampaignUpdate = {
  name?: string | null;
  description?: string | null;
  status?: "draft" | "active" | "paused" | "completed" | null;
  clientId?: string | null;
  emailAccountId?: string | null;
  config?: Record<string, JsonValue> | null;
};

/** One candidate value of an attribute: where it stands, how sure it is, and the rule that placed it. */
export type CandidateShape = {
  attribute: string;
  value: string | null;
  place: number;
  isWinner: boolean;
  isPrimary: boolean;
  ruleId: string;
  confidence: number;
  agreeingSources: number;
  sourceKey: string;
  url: string | null;
  locator: string | null;
  rawValue: string | null;
  observedAt: string | null;
  extractor: string | null;
  extractorVersion: string | null;
  isPrivate: boolean;
};

/** The password was right, and a second factor is enrolled: answer at `/auth/second-factor` within five minutes. */
export type Challenge = {
  challenge: string;
};

/** The leads that the call changed. */
export type ChangedLeads = {
  leadIds: string[];
};

/** The leads that the call put in or took out. */
export type ChangedMembers = {
  leadIds: string[];
};

/** Figures, as docs/metrics.md defines them. */
export type Changes = {
  people: number | null;
  attempted: number | null;
  delivered: number | null;
  bounced: number | null;
  rejected: number | null;
  unknown: number | null;
  hardBounced: number | null;
  policyBounced: number | null;
  complained: number | null;
  peopleDelivered: number | null;
  peopleReplied: number | null;
  peopleRepliedPositive: number | null;
  peopleMet: number | null;
  peopleUnsubscribed: number | null;
  leads: number | null;
  leadsQualified: number | null;
  leadsContacted: number | null;
  leadsConverted: number | null;
  leadsRated: number | null;
  ratingTotal: number | null;
};

/** A client. */
export type ClientAnswer = {
  clientId: string;
  name: string;
  createdAt: string;
};

/** What a client is called; once in the organization. */
export type ClientName = {
  name: string;
};

/** The organization's slug, typed once more. */
export type Closing = {
  slug: string;
};

/** When its rows are deleted; until then the operator can take it back. */
export type ClosingAnswer = {
  dueAt: string;
};

/** A code of the authenticator, or a recovery code where one may stand in its place. */
export type Code = {
  code: string;
};

/** A company with the candidates of each of its values, best first. */
export type CompanyDetails = {
  companyId: string;
  name: string | null;
  legalName: string | null;
  domain: string | null;
  countryCode: string | null;
  industryCode: string | null;
  employeeBand: string | null;
  emailGeneric: string | null;
  phoneE164: string | null;
  isPrivate: boolean;
  sourceCount: number;
  completenessRatio: number;
  lastVerifiedAt: string | null;
  values: CandidateShape[];
};

/** A company as the organization sees it. `isPrivate`: nobody else knows of it. */
export type CompanyShape = {
  companyId: string;
  name: string | null;
  legalName: string | null;
  domain: string | null;
  countryCode: string | null;
  industryCode: string | null;
  employeeBand: string | null;
  emailGeneric: string | null;
  phoneE164: string | null;
  isPrivate: boolean;
  sourceCount: number;
  completenessRatio: number;
  lastVerifiedAt: string | null;
};

export type CompanySort = "name" | "domain" | "sourceCount" | "completenessRatio" | "lastVerifiedAt";

/** A new subscription with its signing secret, which is shown here alone. */
export type CreatedWebhookShape = {
  webhookId: string;
  name: string;
  format: "standard" | "slack" | "zapier";
  url: string;
  eventTypes: string[];
  status: "enabled" | "disabled";
  disabledReason: string | null;
  failingSince: string | null;
  createdAt: string;
  updatedAt: string;
  secret: string;
};

/** The days that were counted, both ends included, in the organization's time zone; and those before. */
export type Days = {
  range: "7d" | "30d" | "90d" | "1y";
  firstDay: string;
  lastDay: string;
  beforeFirstDay: string;
  beforeLastDay: string;
};

/** The decision's row, and how many people or companies changed by it. */
export type DecidedMatch = {
  matchDecisionId: string;
  entitiesChanged: number;
};

/** A row that can still be restored: within 30 days of its deletion. */
export type DeletedShape = {
  kind: "campaign" | "list" | "segment" | "data_source" | "lead";
  id: string;
  name: string | null;
  deletedAt: string;
};

export type DeletedSort = "deletedAt" | "name";

/** A message that was put in line. */
export type DeliveryIdShape = {
  deliveryId: string;
};

/** A message: its id is what the receiver gets as `webhook-id`. */
export type DeliveryShape = {
  deliveryId: string;
  webhookId: string;
  eventType: string;
  payload: Record<string, unknown>;
  status: "pending" | "delivered" | "failed";
  attemptCount: number;
  nextAttemptAt: string;
  responseStatus: number | null;
  deliveredAt: string | null;
  createdAt: string;
  attempts: AttemptShape[];
};

/** What an authenticator needs, shown once; `uri` is what a QR code holds. */
export type Enrolment = {
  secret: string;
  uri: string;
};

/** An entry of the ledger; `amount` is negative for a debit or an expiry. */
export type EntryShape = {
  transactionId: string;
  entryNo: number;
  kind: string;
  amount: number;
  balanceAfter: number;
  reason: string;
  requestId: string | null;
  createdAt: string;
};

export type EntrySort = "entryNo";

/** An export; `sha256` (hexadecimal) and `sizeBytes` are the file's. */
export type ExportShape = {
  exportId: string;
  name: string;
  columns: string[];
  listId: string | null;
  segmentId: string | null;
  leavesOutExported: boolean;
  state: "running" | "completed" | "failed";
  rowCount: number | null;
  sizeBytes: number | null;
  sha256: string | null;
  objectId: string | null;
  createdBy: string | null;
  createdAt: string;
  finishedAt: string | null;
};

export type ExportSort = "createdAt" | "name" | "rowCount";

/** Which leads, and what of them. A segment's rule is added to the filters. */
export type ExportToMake = {
  name?: string;
  /** lead_id, full_name, title, email, email_status, phone, company, domain, country_code, status, priority, rating, lead_score, owner, campaign, source, tags, notes, entity_kind, created_at, updated_at, custom_fields.<name>. */
  columns?: string[];
  status?: ("new" | "qualified" | "contacted" | "converted" | "lost" | "rejected")[];
  priority?: ("low" | "medium" | "high" | "urgent")[];
  campaignId?: string | null;
  assignedTo?: string | null;
  tags?: string[];
  listId?: string | null;
  segmentId?: string | null;
  search?: string | null;
  criteria?: Record<string, JsonValue>;
  leavesOutExported?: boolean;
};

/** Figures, as docs/metrics.md defines them. */
export type Figures = {
  people: number;
  attempted: number;
  delivered: number;
  bounced: number;
  rejected: number;
  unknown: number;
  hardBounced: number;
  policyBounced: number;
  complained: number;
  peopleDelivered: number;
  peopleReplied: number;
  peopleRepliedPositive: number;
  peopleMet: number;
  peopleUnsubscribed: number;
  leads: number;
  leadsQualified: number;
  leadsContacted: number;
  leadsConverted: number;
  leadsRated: number;
  ratingTotal: number;
};

/** A stored file; `sha256` is hexadecimal. */
export type FileShape = {
  objectId: string;
  bucket: string;
  key: string;
  originalName: string;
  contentType: string;
  sizeBytes: number;
  sha256: string;
  createdBy: string | null;
  createdAt: string;
  expiresAt: string | null;
};

export type FileSort = "createdAt" | "originalName" | "sizeBytes";

/** `down` when the database does not answer within two seconds. */
export type Health = {
  status: "up" | "down";
};

/** One touchpoint with a lead. `messageId` names the message that it tells of. */
export type InteractionShape = {
  interactionId: string;
  leadId: string;
  type: "email" | "reply" | "call" | "meeting" | "note" | "linkedin" | "invitation";
  direction: "inbound" | "outbound" | "internal";
  content: string | null;
  outcome: string | null;
  replyKind: "positive" | "later" | "referral" | "declined" | "opt_out" | "out_of_office" | "other" | null;
  aiAnalysis: Record<string, unknown> | null;
  campaignId: string | null;
  messageId: string | null;
  occurredAt: string;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
};

export type InteractionSort = "occurredAt";

/** What happened with a lead; now, unless `occurredAt` says when (UTC or with its zone). */
export type InteractionToRecord = {
  leadId: string;
  type: "email" | "reply" | "call" | "meeting" | "note" | "linkedin" | "invitation";
  direction: "inbound" | "outbound" | "internal";
  content?: string | null;
  outcome?: string | null;
  occurredAt?: string | null;
  campaignId?: string | null;
  aiAnalysis?: Record<string, JsonValue> | null;
};

/** What is put right; what is left out stays. `replyKind` is of replies alone. */
export type InteractionUpdate = {
  content?: string | null;
  outcome?: string | null;
  replyKind?: "positive" | "later" | "referral" | "declined" | "opt_out" | "out_of_office" | "other" | null;
  aiAnalysis?: Record<string, JsonValue> | null;
};

/** One that is open; it is past once `expiresAt` is. */
export type InvitationAnswer = {
  invitationId: string;
  email: string;
  role: string;
  clientId: string | null;
  teamId: string | null;
  createdBy: string;
  createdAt: string;
  expiresAt: string;
};

/** A person whom an organization has invited. */
export type InvitedSignUp = {
  invitation: string;
  password: string;
  fullName: string;
};

/** The run in Airflow that does a job's work; `runUrl` is null where no Airflow is configured. */
export type JobRunShape = {
  jobId: string;
  dagId: string;
  dagRunId: string;
  runNo: number;
  runUrl: string | null;
  dispatchedAt: string | null;
};

/** A job. `wantedStatus` is what it will be at its next safe point; `dagRunId` names its run in Airflow. */
export type JobShape = {
  jobId: string;
  kind: "crawl" | "import" | "enrich";
  status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
  wantedStatus: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled" | null;
  parameters: Record<string, unknown>;
  runOn: string;
  runNo: number;
  dagRunId: string | null;
  isReleased: boolean;
  requestedBy: string | null;
  requestedAt: string;
  dispatchedAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  progressTotal: number;
  progressDone: number;
  progressFailed: number;
  counts: Record<string, unknown>;
  error: string | null;
  createdAt: string;
  updatedAt: string;
};

export type JobSort = "requestedAt" | "startedAt" | "finishedAt" | "status" | "kind";

/** What is asked for. A crawl takes source keys or addresses of the open web; the other kinds take source keys. */
export type JobToCreate = {
  kind?: "crawl" | "import" | "enrich";
  sourceKeys?: string[] | null;
  urls?: string[] | null;
  pages?: number | null;
  shards?: number | null;
  reason?: string | null;
  /** False: it waits for `start`. */
  isReleased?: boolean;
};

/** The membership that came of an invitation. */
export type Joined = {
  organizationId: string;
  role: string;
};

export type JsonValue = unknown;

/** A key as its owner and the admins see it. */
export type KeyAnswer = {
  apiKeyId: string;
  userId: string;
  name: string;
  prefix: string;
  permissions: string[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
};

/** Leads of a range by day, week or month, and what they are. */
export type LeadAnalytics = {
  asOf: string;
  days: Days;
  groupBy: "day" | "week" | "month";
  campaignId: string | null;
  figures: LeadFigures;
  ratios: LeadRatios;
  figuresBefore: LeadFigures;
  ratiosBefore: LeadRatios;
  change: LeadFigureChanges;
  timeline: LeadPoint[];
  statusDistribution: Share[];
  qualificationDistribution: Share[];
  priorityDistribution: Share[];
  sourceDistribution: Share[];
};

/** Figures, as docs/metrics.md defines them. */
export type LeadFigureChanges = {
  leads: number | null;
  leadsQualified: number | null;
  leadsContacted: number | null;
  leadsConverted: number | null;
  leadsRated: number | null;
  ratingTotal: number | null;
};

/** Figures, as docs/metrics.md defines them. */
export type LeadFigures = {
  leads: number;
  leadsQualified: number;
  leadsContacted: number;
  leadsConverted: number;
  leadsRated: number;
  ratingTotal: number;
};

/** A lead's way: status and owner from the first on, the grounds with the one that counts first. */
export type LeadHistory = {
  statuses: StatusChangeShape[];
  owners: OwnerChangeShape[];
  legalBases: LegalBasisShape[];
};

/** What became of one lead of a bulk call. */
export type LeadOutcome = {
  leadId: string;
  outcome: "updated" | "deleted" | "forbidden" | "not_found";
};

/** Figures, as docs/metrics.md defines them. */
export type LeadPoint = {
  startsOn: string;
  leads: number;
  leadsQualified: number;
  leadsContacted: number;
  leadsConverted: number;
  leadsRated: number;
  ratingTotal: number;
};

/** What is known of a lead's person and company, and why each value is what it is. */
export type LeadProvenance = {
  leadId: string;
  personId: string | null;
  companyId: string | null;
  person: CandidateShape[];
  company: CandidateShape[];
};

/** A person's judgement with the criteria it rests on; the organization's threshold makes the status of it. */
export type LeadRating = {
  rating: number;
  criteria?: Record<string, unknown>;
};

/** Ratios, as docs/metrics.md defines them. */
export type LeadRatios = {
  qualificationRate: RatioShape;
  conversionRate: RatioShape;
  averageRating: RatioShape;
};

/** The score of now, 0 to 100, and why. */
export type LeadScore = {
  leadId: string;
  leadScore: number | null;
  factors: ScoreFactor[];
};

/** A lead with everything that stands beside it. */
export type LeadShape = {
  leadId: string;
  entityKind: "person" | "company";
  status: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected";
  priority: "low" | "medium" | "high" | "urgent";
  rating1To5?: number | null;
  ownerId: string | null;
  campaignId: string | null;
  tags: string[];
  firstSource: string;
  fullName: string | null;
  title: string | null;
  emailNormalized: string | null;
  emailStatus: string | null;
  phoneE164: string | null;
  companyId: string | null;
  companyName: string | null;
  domain: string | null;
  countryCode: string | null;
  leadScore: number | null;
  createdAt: string;
  updatedAt: string;
  entityId: string;
  qualificationData: Record<string, unknown>;
  ownerName: string | null;
  ownerEmail: string | null;
  campaignName: string | null;
  clientId: string | null;
  notes: string | null;
  customFields: Record<string, unknown>;
  createdBy: string | null;
};

export type LeadSort = "createdAt" | "updatedAt" | "leadScore" | "fullName";

/** A new lead: a person or a company by what is known of it, and the work on it. */
export type LeadToEnter = {
  fullName?: string | null;
  title?: string | null;
  emailNormalized?: string | null;
  phoneE164?: string | null;
  companyName?: string | null;
  domain?: string | null;
  countryCode?: string | null;
  socialUrl?: string | null;
  campaignId?: string | null;
  status?: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected" | null;
  priority?: "low" | "medium" | "high" | "urgent" | null;
  tags?: string[] | null;
  notes?: string | null;
  customFields?: Record<string, unknown> | null;
  assignedTo?: string | null;
};

/** What changes; what is left out stays. Facts become corrections, which go before what sources say. */
export type LeadUpdate = {
  fullName?: string | null;
  title?: string | null;
  emailNormalized?: string | null;
  phoneE164?: string | null;
  companyName?: string | null;
  domain?: string | null;
  countryCode?: string | null;
  status?: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected" | null;
  priority?: "low" | "medium" | "high" | "urgent" | null;
  tags?: string[] | null;
  notes?: string | null;
  customFields?: Record<string, unknown> | null;
  campaignId?: string | null;
  reason?: string | null;
};

/** On which ground a lead's data is kept (GDPR, article 6). */
export type LegalBasisShape = {
  basis: string;
  recordedAt: string;
  recordedBy: string | null;
  evidence: Record<string, unknown>;
};

/** An account elsewhere with which the person signs in. */
export type LinkedAccount = {
  externalIdentityId: string;
  provider: string;
  createdAt: string;
  lastUsedAt: string | null;
};

/** Up to 100 leads. */
export type ListMembers = {
  leadIds: string[];
};

/** A list; `members` counts the live leads in it that the caller sees. */
export type ListShape = {
  listId: string;
  name: string;
  description: string | null;
  isShared: boolean;
  members: number;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
};

export type ListSort = "name" | "members" | "createdAt" | "updatedAt";

/** A new list, the caller's; a shared one is seen in the scope of the role. */
export type ListToCreate = {
  name: string;
  description?: string | null;
  isShared?: boolean;
};

/** What changes; what is left out stays. */
export type ListUpdate = {
  name?: string | null;
  description?: string | null;
  isShared?: boolean | null;
};

/** A lead as the work list shows it. Facts of person and company come from the marts and from corrections. */
export type ListedLead = {
  leadId: string;
  entityKind: "person" | "company";
  status: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected";
  priority: "low" | "medium" | "high" | "urgent";
  rating1To5?: number | null;
  ownerId: string | null;
  campaignId: string | null;
  tags: string[];
  firstSource: string;
  fullName: string | null;
  title: string | null;
  emailNormalized: string | null;
  emailStatus: string | null;
  phoneE164: string | null;
  companyId: string | null;
  companyName: string | null;
  domain: string | null;
  countryCode: string | null;
  leadScore: number | null;
  createdAt: string;
  updatedAt: string;
};

/** One line of a job's log; `logNo` grows. */
export type LogShape = {
  logNo: number;
  logId: string;
  level: "debug" | "info" | "warning" | "error";
  message: string;
  details: Record<string, unknown>;
  loggedAt: string;
};

/** The invitation. What accepts it goes to the address by mail and is shown to nobody else. */
export type MadeInvitation = {
  invitationId: string;
  expiresAt: string;
};

/** The key itself: shown here, and never again. */
export type MadeKey = {
  apiKeyId: string;
  key: string;
};

/** How many had not been read. */
export type Marked = {
  marked: number;
};

/** What a person says of a pair; `undecided` takes an earlier decision back. */
export type MatchDecision = {
  entityA: string;
  entityB: string;
  decision: "same" | "different" | "undecided";
  reason?: string | null;
};

/** Who asks. `permissions` is what the caller may do here: resource, action and scope (own, team, all). */
export type Me = {
  userId: string;
  email: string;
  fullName: string | null;
  emailConfirmedAt: string | null;
  organizationId: string | null;
  role: string | null;
  clientId: string | null;
  apiKeyId: string | null;
  hasSecondFactor: boolean;
  permissions: string[];
  organizations: Membership[];
};

/** A membership; `deletedAt` once it has ended. */
export type MemberAnswer = {
  userId: string;
  email: string;
  fullName: string | null;
  role: string;
  clientId: string | null;
  createdAt: string;
  deletedAt: string | null;
};

/** Up to 1,000 leads. */
export type MemberIds = {
  leadIds: string[];
};

/** A lead in a campaign; nothing more is sent to who was stopped. */
export type MemberShape = {
  leadId: string;
  addedAt: string;
  stoppedAt: string | null;
  stoppedReason: string | null;
  fullName: string | null;
  companyName: string | null;
  emailNormalized: string | null;
};

export type MemberSort = "addedAt" | "fullName";

/** Members that are to be written to no more. */
export type MembersToStop = {
  leadIds: string[];
  reason?: string;
};

/** An organization in which the person works. */
export type Membership = {
  organizationId: string;
  name: string;
  slug: string;
  role: string;
};

/** Figures, as docs/metrics.md defines them. */
export type MessagePoint = {
  startsOn: string;
  people: number;
  attempted: number;
  delivered: number;
  bounced: number;
  rejected: number;
  unknown: number;
  hardBounced: number;
  policyBounced: number;
  complained: number;
  peopleDelivered: number;
  peopleReplied: number;
  peopleRepliedPositive: number;
  peopleMet: number;
  peopleUnsubscribed: number;
};

/** What a figure or ratio means. */
export type MetricShape = {
  name: string;
  title: string;
  kind: "figure" | "ratio";
  unit: string;
  definition: string;
  window: string | null;
  description: string;
  sources: string[];
};

/** Whom to invite, as what. `clientId` goes with the role client, and with no other. */
export type NewInvitation = {
  email: string;
  role: "super_admin" | "organization_admin" | "sales_manager" | "sales_rep" | "read_only" | "client";
  clientId?: string | null;
  teamId?: string | null;
};

/** What a key may do: `resource:action`, or `resource:write` for create, update and delete. */
export type NewKey = {
  name: string;
  permissions: string[];
  expiresAt?: string | null;
};

/** What a person is called. */
export type NewName = {
  fullName: string;
};

/** A subscription to make. */
export type NewWebhookShape = {
  name: string;
  url: string;
  eventTypes: ("*" | "lead.*" | "lead.created" | "lead.updated" | "lead.deleted" | "campaign.*" | "campaign.created" | "campaign.updated" | "campaign.deleted" | "job.*" | "job.created" | "job.updated" | "job.deleted" | "job_log.*" | "job_log.created" | "job_log.updated" | "job_log.deleted" | "source.*" | "source.created" | "source.updated" | "source.deleted" | "analytics.*" | "analytics.created" | "analytics.updated" | "analytics.deleted")[];
  /** `slack` and `zapier` get bodies of their own form. */
  format?: "standard" | "slack" | "zapier";
};

/** One message; `link` is `{"resource": …, "id": …}` or empty. */
export type NotificationAnswer = {
  notificationId: string;
  kind: string;
  title: string;
  message: string;
  link: Record<string, unknown>;
  readAt: string | null;
  createdAt: string;
};

/** The organization. The postal address stands under each commercial mail. */
export type OrganizationAnswer = {
  organizationId: string;
  name: string;
  slug: string;
  timeZone: string;
  postalAddress: string | null;
  createdAt: string;
};

/** What is given is changed; an empty postal address is none. */
export type OrganizationChange = {
  name?: string | null;
  timeZone?: string | null;
  postalAddress?: string | null;
};

/** Where to work from now on. */
export type OrganizationChoice = {
  organizationId: string;
};

/** An organization in a range, and how it moved against the range before (`change`: of 1; null: nothing before). */
export type Overview = {
  asOf: string;
  days: Days;
  standing: Standing;
  figures: Figures;
  ratios: Ratios;
  figuresBefore: Figures;
  ratiosBefore: Ratios;
  change: Changes;
  messageTimeline: MessagePoint[];
  leadTimeline: LeadPoint[];
  statusDistribution: Share[];
  qualificationDistribution: Share[];
  topCampaigns: RankedCampaign[];
};

/** Who had a lead. */
export type OwnerChangeShape = {
  fromOwnerId: string | null;
  toOwnerId: string | null;
  changedAt: string;
  changedBy: string | null;
};

export type PageActAnswer = {
  data: ActAnswer[];
  pagination: Pagination;
};

export type PageCampaignShape = {
  data: CampaignShape[];
  pagination: Pagination;
};

export type PageClientAnswer = {
  data: ClientAnswer[];
  pagination: Pagination;
};

export type PageCompanyShape = {
  data: CompanyShape[];
  pagination: Pagination;
};

export type PageDeletedShape = {
  data: DeletedShape[];
  pagination: Pagination;
};

export type PageDeliveryShape = {
  data: DeliveryShape[];
  pagination: Pagination;
};

export type PageEntryShape = {
  data: EntryShape[];
  pagination: Pagination;
};

export type PageExportShape = {
  data: ExportShape[];
  pagination: Pagination;
};

export type PageFileShape = {
  data: FileShape[];
  pagination: Pagination;
};

export type PageInteractionShape = {
  data: InteractionShape[];
  pagination: Pagination;
};

export type PageInvitationAnswer = {
  data: InvitationAnswer[];
  pagination: Pagination;
};

export type PageJobShape = {
  data: JobShape[];
  pagination: Pagination;
};

export type PageKeyAnswer = {
  data: KeyAnswer[];
  pagination: Pagination;
};

export type PageLinkedAccount = {
  data: LinkedAccount[];
  pagination: Pagination;
};

export type PageListShape = {
  data: ListShape[];
  pagination: Pagination;
};

export type PageListedLead = {
  data: ListedLead[];
  pagination: Pagination;
};

export type PageLogShape = {
  data: LogShape[];
  pagination: Pagination;
};

export type PageMemberAnswer = {
  data: MemberAnswer[];
  pagination: Pagination;
};

export type PageMemberShape = {
  data: MemberShape[];
  pagination: Pagination;
};

export type PageNotificationAnswer = {
  data: NotificationAnswer[];
  pagination: Pagination;
};

export type PagePersonShape = {
  data: PersonShape[];
  pagination: Pagination;
};

export type PageSearchShape = {
  data: SearchShape[];
  pagination: Pagination;
};

export type PageSecretAnswer = {
  data: SecretAnswer[];
  pagination: Pagination;
};

export type PageSegmentShape = {
  data: SegmentShape[];
  pagination: Pagination;
};

export type PageSessionAnswer = {
  data: SessionAnswer[];
  pagination: Pagination;
};

export type PageSourceJob = {
  data: SourceJob[];
  pagination: Pagination;
};

export type PageSourceShape = {
  data: SourceShape[];
  pagination: Pagination;
};

export type PageSuppressionShape = {
  data: SuppressionShape[];
  pagination: Pagination;
};

export type PageTeamAnswer = {
  data: TeamAnswer[];
  pagination: Pagination;
};

export type PageWebhookShape = {
  data: WebhookShape[];
  pagination: Pagination;
};

/** Where a page stands in its list. `total` and `total_pages` are null where counting costs more than the page. */
export type Pagination = {
  page: number;
  pageSize: number;
  total: number | null;
  totalPages: number | null;
  hasMore: boolean;
  nextCursor?: string | null;
};

/** A part that is stored; `etag` is its SHA-256 in hexadecimal. */
export type PartShape = {
  partNumber: number;
  sizeBytes: number;
  etag: string;
};

/** The current password and the new one. */
export type PasswordChange = {
  currentPassword: string;
  newPassword: string;
};

/** A person with the candidates of each value, best first. */
export type PersonDetails = {
  personId: string;
  companyId: string | null;
  fullName: string | null;
  titleRaw: string | null;
  seniority: string | null;
  department: string | null;
  emailNormalized: string | null;
  emailStatus: string | null;
  phoneE164: string | null;
  socialUrls: string[];
  countryCode: string | null;
  isPrivate: boolean;
  sourceCount: number;
  lastVerifiedAt: string | null;
  values: CandidateShape[];
};

/** A person as the organization sees it. */
export type PersonShape = {
  personId: string;
  companyId: string | null;
  fullName: string | null;
  titleRaw: string | null;
  seniority: string | null;
  department: string | null;
  emailNormalized: string | null;
  emailStatus: string | null;
  phoneE164: string | null;
  socialUrls: string[];
  countryCode: string | null;
  isPrivate: boolean;
  sourceCount: number;
  lastVerifiedAt: string | null;
};

export type PersonSort = "fullName" | "sourceCount" | "lastVerifiedAt";

/** An organization's standing. `tier` null: no subscription, and no limits. */
export type PlanShape = {
  organizationId: string;
  slug: string;
  tier: string | null;
  status: string | null;
  trialEndsAt: string | null;
  currentPeriodStart: string | null;
  currentPeriodEnd: string | null;
  cancelAtPeriodEnd: boolean | null;
  paymentFailed: boolean | null;
  lastPaymentAt: string | null;
  stripeSubscriptionId: string | null;
  hasAccess: boolean;
  balance: number | null;
};

/** All of a person's preferences. */
export type PreferencesAnswer = {
  theme: string;
  language: string;
  timeZone: string;
  emailNotifications: Record<string, boolean>;
  other: Record<string, unknown>;
};

/** What is given is changed; the two mappings are merged by key. */
export type PreferencesChange = {
  theme?: "light" | "dark" | "system" | null;
  language?: string | null;
  timeZone?: string | null;
  /** Kind of notification → whether it goes by mail, too. */
  emailNotifications?: Record<string, boolean> | null;
  other?: Record<string, unknown> | null;
};

/** What went wrong (RFC 9457). */
export type Problem = {
  type: string;
  title: string;
  status: number;
  /** What happened, and what to do. */
  detail: string;
  /** The path that was asked. */
  instance: string;
  /** As in `X-Request-ID`: tell it the operator. */
  requestId: string;
  errors?: {
    /** JSON pointer into body, query, path or header. */
    pointer: string;
    detail: string;
  }[];
};

/** One that can be signed in by, and where that begins. */
export type ProviderAnswer = {
  name: string;
  signInUrl: string;
};

/** Those of this installation. */
export type ProviderList = {
  data: ProviderAnswer[];
};

/** An organization of one's own, or the token of an invitation's mail; the name, else the provider's. */
export type ProviderSignUp = {
  organizationName?: string | null;
  invitation?: string | null;
  fullName?: string | null;
};

/** A campaign with what it did in the range. */
export type RankedCampaign = {
  campaignId: string;
  name: string;
  status: string;
  type: string;
  figures: Figures;
  ratios: Ratios;
};

/** What a rating made of a lead. */
export type RatedLead = {
  leadId: string;
  status: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected";
  rating1To5: number;
  qualificationData: Record<string, unknown>;
};

/** A ratio: `value` is null without a denominator; `low` and `high` bound its 95 % interval where it is of few. */
export type RatioShape = {
  numerator: number;
  denominator: number;
  value: number | null;
  low: number | null;
  high: number | null;
};

/** Ratios, as docs/metrics.md defines them. */
export type Ratios = {
  bounceRate: RatioShape;
  hardBounceRate: RatioShape;
  policyRate: RatioShape;
  unknownRate: RatioShape;
  complaintRate: RatioShape;
  unsubscribeRate: RatioShape;
  responseRate: RatioShape;
  positiveReplyRate: RatioShape;
  meetingRate: RatioShape;
  qualificationRate: RatioShape;
  conversionRate: RatioShape;
  averageRating: RatioShape;
};

/** What became of an event. */
export type Received = {
  outcome: string;
};

/** Each signs in once, when the authenticator is lost. Shown once. */
export type RecoveryCodes = {
  recoveryCodes: string[];
};

/** A refresh token; good for one use. */
export type Refresh = {
  refreshToken: string;
};

/** An event that was refused: its place in the batch, from 0, and why. */
export type RefusedEvent = {
  place: number;
  reason: string;
};

/** What became of one report; `unknown_message`: the organization sent none of this id. */
export type ReportOutcome = {
  eventId: string;
  outcome: "landed" | "repeated" | "unknown_message";
};

/** One outcome a report, in their order. */
export type ReportOutcomes = {
  events: ReportOutcome[];
};

/** The token of the mail, and the new password. */
export type Reset = {
  token: string;
  password: string;
};

/** Whose password is to be reset. */
export type ResetRequest = {
  email: string;
};

/** The new role. `clientId` goes with the role client, and with no other. */
export type RoleChange = {
  role: "super_admin" | "organization_admin" | "sales_manager" | "sales_rep" | "read_only" | "client";
  clientId?: string | null;
};

/** What one factor saw and what it gave. */
export type ScoreFactor = {
  factor: string;
  inputValue: string | null;
  points: number;
  maxPoints: number;
  reason: string;
};

/** Yes to the proposal, or to what is made of it here. */
export type SearchConfirmation = {
  criteria?: Record<string, JsonValue> | null;
  discovery?: Record<string, JsonValue> | null;
};

/** A question in plain language, of which criteria are proposed. */
export type SearchQuestion = {
  name: string;
  question: string;
};

/** What came of a search so far. `requested` null: any number; `jobs` by their status. `unread_sources` are those whose last run did not come to their end: their next one goes on. */
export type SearchReportShape = {
  leadSearchId: string;
  name: string;
  state: "asked" | "proposed" | "refused" | "confirmed" | "running" | "finished";
  requested: number | null;
  met: number;
  isExhausted: boolean;
  jobs: Record<string, number>;
  message: string;
  unreadSources: number;
};

/** A search. It makes leads only after a person has confirmed its criteria. */
export type SearchShape = {
  leadSearchId: string;
  name: string;
  question: string | null;
  state: "asked" | "proposed" | "refused" | "confirmed" | "running" | "finished";
  criteria: Record<string, unknown>;
  discovery: Record<string, unknown>;
  isActive: boolean;
  message: string | null;
  sourceKeys: string[];
  jobIds: string[];
  confirmedAt: string | null;
  finishedAt: string | null;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
};

export type SearchSort = "createdAt" | "updatedAt" | "name";

/** Criteria that a person types in: confirmed by that. */
export type SearchToCreate = {
  name: string;
  /** entity_kind, country_codes, industry_codes, titles, source_keys and limit; all may be left out. */
  criteria?: Record<string, JsonValue>;
  /** Where to look: tags, place, country_code, queries. */
  discovery?: Record<string, JsonValue>;
};

/** What changes; what is left out stays. */
export type SearchUpdate = {
  name?: string | null;
  criteria?: Record<string, JsonValue> | null;
  discovery?: Record<string, JsonValue> | null;
  isActive?: boolean | null;
};

/** What completes a sign-in: the challenge, and a code of the authenticator or a recovery code. */
export type SecondFactor = {
  challenge: string;
  code: string;
  organizationId?: string | null;
  device?: string | null;
};

/** Whether signing in needs a code, and how many recovery codes are left. */
export type SecondFactorState = {
  isEnrolled: boolean;
  recoveryCodesLeft: number;
};

/** What may be shown of a secret: everything but its value. */
export type SecretAnswer = {
  secretId: string;
  name: string;
  kind: string;
  owner: "organization" | "me";
  lastUsedAt: string | null;
  expiresAt: string | null;
  createdAt: string;
  updatedAt: string;
};

/** A new signing secret, shown here alone; for 24 hours the former one signs, too. */
export type SecretShape = {
  secret: string;
};

/** The value; nothing shows it again. `kind` is what reads it: smtp, provider, linkedin, webhook, other. */
export type SecretValue = {
  value: string;
  kind?: string;
  expiresAt?: string | null;
};

/** How many live leads a rule finds that the caller sees, and the first of them. */
export type SegmentPreview = {
  total: number;
  leads: ListedLead[];
};

/** A rule to be tried. */
export type SegmentRule = {
  /** all, any, not over conditions. Fields: status, priority, rating, lead_score, tags, source, owner_id, campaign_id, created_by, entity_kind, created_at, updated_at, full_name, title, email, email_status, phone, company_name, company_id, domain, country_code, list_id. Operators: at_most, at_least, is_not, is, is_none_of, is_one_of, has_none, has_all, has_any, contains, starts_with, before_days, within_days, is_known, is_member_of. */
  criteria: Record<string, JsonValue>;
};

/** A saved rule, looked up anew with every use. */
export type SegmentShape = {
  segmentId: string;
  name: string;
  description: string | null;
  criteria: Record<string, unknown>;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
};

export type SegmentSort = "name" | "createdAt" | "updatedAt";

/** A rule to save. */
export type SegmentToCreate = {
  name: string;
  description?: string | null;
  /** all, any, not over conditions. Fields: status, priority, rating, lead_score, tags, source, owner_id, campaign_id, created_by, entity_kind, created_at, updated_at, full_name, title, email, email_status, phone, company_name, company_id, domain, country_code, list_id. Operators: at_most, at_least, is_not, is, is_none_of, is_one_of, has_none, has_all, has_any, contains, starts_with, before_days, within_days, is_known, is_member_of. */
  criteria: Record<string, JsonValue>;
};

/** What changes; what is left out stays. */
export type SegmentUpdate = {
  name?: string | null;
  description?: string | null;
  criteria?: Record<string, JsonValue> | null;
};

/** One place where the person is signed in. */
export type SessionAnswer = {
  sessionId: string;
  organizationId: string | null;
  authenticatedBy: string;
  device: string | null;
  address: string | null;
  agent: string | null;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  isThis: boolean;
};

/** From which rating on a lead is qualified, and the legal basis (GDPR, article 6) of leads that say none. */
export type SettingsAnswer = {
  qualificationThreshold: number;
  defaultLegalBasis: "consent" | "contract" | "legal_obligation" | "vital_interest" | "public_interest" | "legitimate_interest";
};

/** How many leads of the range have a value; null: not set. */
export type Share = {
  value: string | null;
  leads: number;
};

/** Address and password; without an organization, the one of the last session. */
export type SignIn = {
  email: string;
  password: string;
  organizationId?: string | null;
  /** What the person calls the device. */
  device?: string | null;
};

/** A person with an organization of their own. */
export type SignUp = {
  email: string;
  password: string;
  fullName: string;
  organizationName: string;
};

/** What a job did with the source. */
export type SourceJob = {
  jobId: string;
  kind: string;
  status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
  outcome: string | null;
  landed: number | null;
  quarantined: number | null;
  finishedAt: string | null;
  requestedAt: string;
};

export type SourceJobSort = "requestedAt" | "finishedAt";

/** A source with what it has brought. `isShared`: the operator's, which every organization reads. */
export type SourceShape = {
  sourceId: string;
  sourceKey: string;
  isShared: boolean;
  kind: string;
  name: string;
  startUrl: string | null;
  config: Record<string, unknown>;
  hasCredentials: boolean;
  isActive: boolean;
  status: "active" | "inactive" | "error";
  lastTestedAt: string | null;
  lastTestResult: "passed" | "failed" | null;
  lastTestMessage: string | null;
  jobsRun: number;
  jobsCompleted: number;
  recordsLanded: number;
  recordsQuarantined: number;
  lastRunAt: string | null;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
};

export type SourceSort = "createdAt" | "updatedAt" | "name" | "kind" | "status" | "lastRunAt" | "recordsLanded";

/** What a test found. The message is a sentence for a person and holds no credentials. */
export type SourceTest = {
  hasPassed: boolean;
  reason: string;
  message: string;
  status: "active" | "inactive" | "error";
};

/** A new source. What `config` and `credentials` hold depends on its kind. */
export type SourceToCreate = {
  kind: "web_site" | "csv" | "api" | "linkedin" | "apollo" | "zoominfo" | "hunter" | "overpass" | "searxng";
  name: string;
  startUrl?: string | null;
  config?: Record<string, JsonValue>;
  credentials?: Record<string, string> | null;
  secretId?: string | null;
  isActive?: boolean;
};

/** What changes; what is left out stays. New credentials take the place of the former. */
export type SourceUpdate = {
  name?: string | null;
  startUrl?: string | null;
  config?: Record<string, JsonValue> | null;
  credentials?: Record<string, string> | null;
  secretId?: string | null;
  isActive?: boolean | null;
};

/** What there is now, whatever the range. */
export type Standing = {
  campaigns: number;
  activeCampaigns: number;
  totalLeads: number;
  sources: number;
  activeSources: number;
  openJobs: number;
};

/** An upload that waits for its parts, for a day. */
export type StartedUpload = {
  uploadId: string;
};

/** One step of a lead's way; `fromStatus` is null where it begins. */
export type StatusChangeShape = {
  fromStatus: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected" | null;
  toStatus: "new" | "qualified" | "contacted" | "converted" | "lost" | "rejected";
  changedAt: string;
  changedBy: string | null;
  reason: string | null;
};

/** One step of a campaign. Templates are Jinja, rendered as plain text. */
export type StepShape = {
  stepNo: number;
  channel?: "email" | "linkedin" | "call" | "social";
  delayDays?: number;
  sendAt?: string | null;
  subjectTemplate: string;
  bodyTemplate: string;
};

/** All steps of a campaign, numbered from 1. */
export type Steps = {
  steps: StepShape[];
};

/** Its id, which a replacement keeps. */
export type StoredSecret = {
  secretId: string;
};

/** An address or domain that is never written to; it is added and never taken away. */
export type SuppressionShape = {
  suppressionId: string;
  isPlatform: boolean;
  scope: "email" | "domain";
  valueNormalized: string;
  reason: "unsubscribed" | "complained" | "hard_bounce" | "manual" | "existing_customer" | "erased";
  source: string;
  createdBy: string | null;
  createdAt: string;
};

export type SuppressionSort = "createdAt" | "valueNormalized";

/** Whom not to write to any more. */
export type SuppressionToAdd = {
  scope?: "email" | "domain";
  value: string;
  reason?: "manual" | "existing_customer" | "unsubscribed" | "complained";
};

/** A team and its members. */
export type TeamAnswer = {
  teamId: string;
  name: string;
  createdAt: string;
  userIds: string[];
};

/** What a team is called; once in the organization. */
export type TeamName = {
  name: string;
};

/** A tier that can be bought, and its limits; a missing one is unlimited. */
export type TierShape = {
  tier: string;
  name: string;
  includedCredits: number;
  trialDays: number;
  limits: Record<string, number>;
};

/** The token of a mail. */
export type TokenOnly = {
  token: string;
};

/** What a person holds who is signed in: the access token goes with requests, the refresh token gets the next. */
export type Tokens = {
  userId: string;
  sessionId: string;
  organizationId: string | null;
  accessToken: string;
  accessExpiresAt: string;
  refreshToken: string;
};

/** How many the person has not read. */
export type Unread = {
  unread: number;
};

/** What the whole must be. */
export type UploadEnd = {
  sizeBytes: number;
  sha256?: string | null;
  replaces?: boolean;
};

/** A file that comes in parts. */
export type UploadToStart = {
  bucket?: string;
  originalName: string;
  contentType: string;
  key?: string | null;
};

/** What became of a batch: recorded and refused are all that was sent. */
export type UsageAnswer = {
  recorded: number;
  refused: RefusedEvent[];
};

/** Up to 1,000 events. A wrong one stops no other. */
export type UsageBatch = {
  events: Record<string, JsonValue>[];
};

/** Events, people and sessions of a day (UTC) by type and name. */
export type UsageDay = {
  day: string;
  eventType: string;
  eventName: string;
  events: number;
  users: number;
  sessions: number;
};

/** A metric of the tier: what is used now, and the limit; null: none. */
export type UsageShape = {
  metric: string;
  used: number;
  maxValue: number | null;
};

/** Two people or two companies of which the match model is not sure, with its weight in bits (log2 of the odds). */
export type WaitingPairShape = {
  matchDecisionId: string;
  entityKind: "company" | "person";
  entityA: string;
  entityB: string;
  matchWeight: number;
  reason: string | null;
  decidedBy: string;
  decidedAt: string;
};

/** The credits that are left; null: the organization is not billed. */
export type WalletShape = {
  balance: number | null;
};

/** What of a subscription is to be changed. Enabled again, it begins with what happens from then on. */
export type WebhookChangeShape = {
  name?: string | null;
  url?: string | null;
  eventTypes?: ("*" | "lead.*" | "lead.created" | "lead.updated" | "lead.deleted" | "campaign.*" | "campaign.created" | "campaign.updated" | "campaign.deleted" | "job.*" | "job.created" | "job.updated" | "job.deleted" | "job_log.*" | "job_log.created" | "job_log.updated" | "job_log.deleted" | "source.*" | "source.created" | "source.updated" | "source.deleted" | "analytics.*" | "analytics.created" | "analytics.updated" | "analytics.deleted")[] | null;
  status?: "enabled" | "disabled" | null;
};

/** A subscription. Of Slack's and Zapier's addresses the host is shown: whoever knows the rest may post there. */
export type WebhookShape = {
  webhookId: string;
  name: string;
  format: "standard" | "slack" | "zapier";
  url: string;
  eventTypes: string[];
  status: "enabled" | "disabled";
  disabledReason: string | null;
  failingSince: string | null;
  createdAt: string;
  updatedAt: string;
};

/** What Zapier sends to subscribe (REST hooks). */
export type ZapShape = {
  hookUrl: string;
  eventType: "*" | "lead.*" | "lead.created" | "lead.updated" | "lead.deleted" | "campaign.*" | "campaign.created" | "campaign.updated" | "campaign.deleted" | "job.*" | "job.created" | "job.updated" | "job.deleted" | "job_log.*" | "job_log.created" | "job_log.updated" | "job_log.deleted" | "source.*" | "source.created" | "source.updated" | "source.deleted" | "analytics.*" | "analytics.created" | "analytics.updated" | "analytics.deleted";
};

export interface Operations {
  /** One campaign's figures */
  get_campaign_analytics: {
    path: "/api/v1/analytics/campaigns/{campaign_id}";
    method: "GET";
    parameters: {
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
      resource?: string | null;
      resourceId?: string | null;
      /** Who acted. */
      userId?: string | null;
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
      provider: string;
    };
    query?: {
      state?: string;
      code?: string;
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
      status?: ("draft" | "active" | "paused" | "completed")[] | null;
      type?: ("email" | "social" | "content" | "mixed" | "linkedin" | "call")[] | null;
      clientId?: string | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: CampaignSort;
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
      campaign_id: string;
    };
    query?: {
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: MemberSort;
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
      countryCode?: string[] | null;
      industryCode?: string[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: CompanySort;
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
      kind?: ("web_site" | "csv" | "api" | "linkedin" | "apollo" | "zoominfo" | "hunter" | "overpass" | "searxng")[] | null;
      status?: ("active" | "inactive" | "error")[] | null;
      /** The operator's sources, too. */
      isShared?: boolean;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: SourceSort;
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
      source_id: string;
    };
    query?: {
      status?: ("pending" | "running" | "paused" | "completed" | "failed" | "cancelled")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: SourceJobSort;
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
      kind?: ("campaign" | "list" | "segment" | "data_source" | "lead")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: DeletedSort;
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
      upload_id: string;
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
      bucket?: string | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: FileSort;
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
      organization_id: string;
    };
    headers: {
      "webhook-id": string;
      "webhook-timestamp": string;
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
      leadId?: string | null;
      type?: ("email" | "reply" | "call" | "meeting" | "note" | "linkedin" | "invitation")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: InteractionSort;
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
      status?: ("pending" | "running" | "paused" | "completed" | "failed" | "cancelled")[] | null;
      kind?: ("crawl" | "import" | "enrich")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: JobSort;
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
      state?: ("asked" | "proposed" | "refused" | "confirmed" | "running" | "finished")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: SearchSort;
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
      sortOrder?: "asc" | "desc";
      /** `nextCursor` of the former page, in place of a number. */
      cursor?: string | null;
      /** Words that a row must have. */
      search?: string | null;
      /** One or several statuses. */
      status?: ("new" | "qualified" | "contacted" | "converted" | "lost" | "rejected")[] | null;
      /** One or several priorities. */
      priority?: ("low" | "medium" | "high" | "urgent")[] | null;
      campaignId?: string | null;
      /** The owner's user id. */
      assignedTo?: string | null;
      /** Tags that a lead must have. */
      tag?: string[] | null;
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
      companyId?: string | null;
      countryCode?: string[] | null;
      seniority?: string[] | null;
      emailStatus?: string[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: PersonSort;
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
      scope?: ("email" | "domain")[] | null;
      reason?: ("unsubscribed" | "complained" | "hard_bounce" | "manual" | "existing_customer" | "erased")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: SuppressionSort;
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
      team_id: string;
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
      team_id: string;
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
      kind?: ("grant" | "purchase" | "debit" | "refund" | "expiry")[] | null;
      /** Number of the page. */
      page?: number;
      /** Rows a page. */
      pageSize?: number;
      /** What the list is sorted by. */
      sortBy?: EntrySort;
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
      webhook_id: string;
    };
    query?: {
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
      webhook_id: string;
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
      webhook_id: string;
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
