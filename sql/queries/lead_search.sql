-- Search, by the function of the database: tenant and scope stand in it, and the trigram index is used.

-- name: search_leads
select lead_id, full_name, title, email_normalized, company_name, domain, country_code, lead_score, status::text as status,
       priority, owner_id, campaign_id, tags, created_at
  from app.search_leads(%(query)s, %(filters)s, %(limit)s, %(after_score)s, %(after_id)s);
