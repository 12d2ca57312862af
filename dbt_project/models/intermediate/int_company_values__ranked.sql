-- Grain: scope, company, attribute and candidate value. Every candidate with its place and the rule that decided it.
{{ config(tags=['entity'], indexes=[{'columns': ['entity_id']}]) }}
{{ ranked_values('company') }}
