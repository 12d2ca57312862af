{#
  What a job title tells, in English, German, French, Spanish, Italian, Dutch and Portuguese. Titles are compared without case and
  accents; the first line that is met counts, so that "assistant to the CEO" is no CEO and a "vice president" no president. \m and \M
  are the start and the end of a word. A new language is a word in these lines and a title in the models' unit tests.
#}
{% macro seniority_words() -%}
  {{ return([
    ('junior', ['assist(ant|en)', 'secretar', 'sekretar', '\\mintern\\M', 'trainee', 'praktikant', 'werkstudent', 'stagiaire',
      'becari', 'tirocinant', 'apprenti', 'azubi', 'auszubild', 'estagiari']),
    ('owner', ['(?<!product |process )owner', 'founder', 'grunder', 'inhaber', 'gesellschafter', 'fondat', 'proprietair',
      'propietari', 'proprietari',
      'fundador', 'titolare', 'eigenaar', 'oprichter', 'managing partner']),
    ('vp', ['vice.?president', 'vizeprasident', 'vicepresident', '\\m[es]?vp\\M']),
    ('c_level', ['\\mc[cdefhimoprst]o\\M', '\\mciso\\M', '\\mchief\\M', 'geschaftsfuhr', 'geschaeftsfuehr', 'managing director',
      'vorstand', 'president', 'prasident', '\\mpdg\\M', 'direct(eur|rice) general', 'director general', 'directora general',
      'direttore generale', 'amministrat(ore|rice) delegat', 'consejero delegado', 'algemeen directeur', 'bestuurder',
      'diretor geral', '\\mgerant']),
    ('manager', ['team ?lead', 'teamleit', 'projektleit', 'gruppenleit', 'project manager', 'product manager', 'account manager',
      'office manager', 'product owner']),
    ('director', ['direct(or|eur|rice)', 'direktor', 'direttor', 'direttric', 'diretor', '\\mhead\\M', 'leiter', 'leitung',
      'prokurist', '\\mjef[ea]\\M', 'chef de', '\\mhoofd\\M', 'responsable']),
    ('manager', ['manag', 'supervisor', 'gerente', 'encargad', 'responsabil', 'coordinat', 'koordinat', 'coordenad', '\\mchef\\M',
      '\\mlead\\M', '\\mmeister']),
  ]) }}
{%- endmacro %}

{% macro department_words() -%}
  {{ return([
    ('legal', ['\\mlegal', 'jurist', '\\mrecht', 'avocat', 'abogad', 'counsel', 'compliance', 'datenschutz', 'data protection',
      '\\mdpo\\M', '\\mdpd\\M']),
    ('hr', ['human resources', '\\mhr\\M', '\\mhrbp\\M', 'personal(leit|wes|abt|ref|ent)', 'recruit', 'talent',
      'ressources humaines', 'recursos humanos', 'risorse umane', 'chief people']),
    ('finance', ['financ', 'finanz', 'finanza', '\\mcfo\\M', 'accountant', 'accounting', 'buchhalt', 'controll', 'comptab',
      'contab', 'treasur', '\\mtax\\M', 'steuer', 'boekhoud']),
    ('marketing', ['marketing', '\\mcmo\\M', 'brand', 'communicat', 'kommunikation', 'comunica', '\\mpr\\M', 'presse', 'prensa',
      '\\mseo\\M', 'content', 'social media']),
    ('sales', ['sales', 'vertrieb', 'verkauf', 'business development', 'account (manager|executive)', 'key account',
      '\\mventes?\\M', '\\mcommercial', 'ventas', 'vendite', 'verkoop', 'vendas', '\\mcro\\M']),
    ('it', ['\\mi[.]?t\\M', '\\mcto\\M', '\\mcio\\M', '\\mciso\\M', 'software', 'developer', 'develop(er|ment)', 'entwickl',
      'informati', 'engineer', 'technolog', 'technik', '\\mdata\\M', 'devops', 'sysadmin']),
    ('support', ['support', 'customer (service|success|care)', 'kundendienst', 'kundenservice', 'kundenbetreu', 'service client',
      'atencion al cliente', 'klantenservice']),
    ('operations', ['operat', 'operativ', '\\mcoo\\M', 'logisti', 'produktion', 'production', 'produccion', 'produzione', 'supply',
      'purchas', 'procure', 'einkauf', 'achats', 'compras', 'acquisti', 'inkoop']),
    ('executive', ['\\mceo\\M', 'chief executive', 'geschaftsfuhr', 'geschaeftsfuehr', 'managing director', 'vorstand',
      '\\mpresident', 'prasident',
      '\\mpdg\\M', '(?<!product |process )owner', 'founder', 'grunder', 'inhaber', 'gesellschafter', 'fondat', 'fundador', 'titolare',
      '(director|directora|direttore|diretor|directeur|directrice) (general|generale|geral)', '\\mgerant',
      'amministrat(ore|rice) delegat']),
  ]) }}
{%- endmacro %}

{% macro plain_title(title) -%} lower(public.unaccent({{ title }})) {%- endmacro %}

{# owner, c_level, vp, director, manager, staff or junior; null without a title. #}
{% macro seniority_of(plain_title) -%}
case
      when {{ plain_title }} is null then null
      {%- for level, words in seniority_words() %}
      when {{ plain_title }} ~ '{{ words | join('|') }}' then '{{ level }}'
      {%- endfor %}
      else 'staff'
    end
{%- endmacro %}

{# executive, sales, marketing, it, finance, hr, legal, operations or support; null where the title names none. #}
{% macro department_of(plain_title) -%}
case
      {%- for department, words in department_words() %}
      when {{ plain_title }} ~ '{{ words | join('|') }}' then '{{ department }}'
      {%- endfor %}
    end
{%- endmacro %}
