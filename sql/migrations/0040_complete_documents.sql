-- An organization's campaigns by status: the filter of the list, and the last index the documents name
-- depends: 0039_tag_personal_columns

-- migrate: apply

create index campaigns_by_status on app.campaigns (organization_id, status) where deleted_at is null;

-- migrate: rollback

drop index app.campaigns_by_status;
