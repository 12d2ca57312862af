"""Words of many languages that tell what a stretch of a page is about; the rules stand where they are used."""

from __future__ import annotations

import re

from leadhouse.extraction.patterns.guarded import guarded


def words(text: str) -> frozenset[str]:
    """A word list written as one text."""
    return frozenset(text.split())


# Role of a person on a page: whose words follow ------------------------------------------------------------------

DESIGNER = guarded(
    r"בניית אתרים|עיצוב אתרים|разработка сайт|изработка на|уеб дизайн|создание сайт|web tasar[ıi]m|κατασκευή ιστοσελ"
    r"|تصميم (?:و|الم)|网站建设|制作\s*[:：]|web\s?-?\s?design|web\s?-?development|webentwicklung|(?:web"
    r"|internet|werbe)\s?agentur\s*:"
    r"|umsetzung\b|technische realisierung"
    r"|realisierung\b|programmierung\b|gestaltung(?: (?:und|&|der|von)|\s*:)|grafik\s*:|layout\s*:|website\s*:\s*$"
    r"|site web\s*:\s*$|konzept(?:ion)? (?:und|&|,)|layout (?:und|&)"
    r"|(?:marketing|seo|branding|website|graphics|maintained|managed|maintenance) by\b"
    r"|(?:web)?site (?:by|created by|designed|developed|built|erstellt)|(?:designed?|developed|built"
    r"|made|crafted|powered|created|coded|theme|template|website)"
    r"(?: (?:and|&) (?:designed|developed|built|hosted|maintained))?(?: with [^\n]{1,12})? (?:by|von"
    r"|per|por|par|av|door)\b|made with\b"
    r"|conception (?:et|du|graphique|:)|création (?:du )?site|réalisation\b|réalisé par"
    r"|sito (?:web )?(?:realizzato|creato|sviluppato)"
    r"|realizzato da|realizzazione\b|sviluppato da|diseñ(?:o|ado) (?:web|por|y)|desarrollado por"
    r"|realizado por|desenvolvido por|ontwerp|ontwikkeld door|webbyrå"
    r"|utvecklad av|utviklet av|laget av|design\s*:|webmaster|projekt i wykonanie|wykonanie\s*:"
    r"|nettside(?:r)? (?:av|fra|levert|utviklet)|hjemmeside (?:af|fra|udviklet)|webdesign|hemsida (?:av|från)"
    r"|webová? (?:stránka|stránky|prezentac)|tvorba (?:webu|stránek|stránok)|vytvoři(?:l|lo)\b|vytvořen[oaé]\b"
    r"|strona (?:wykonana|stworzona)|realizacja\s*:|strony internetowe|weboldal(?:t)? (?:készít|fejleszt)"
    r"|honlapkészítés|készítette\b|realizare (?:site|web)|creare site|site realizat|sukūrė\b|sprendimas\s*:"
    r"|izstrāde\s*:|mājas ?lap\w+ izstrād|kodulehe? (?:tegemine|valmista)|izrada (?:web|internet|stranic|sajta)"
    r"|(?:impressum|datenschutz)[- ]?generator"
    r"|izdelava (?:spletn|stran)|yazılım\s*:|tasarım\s*:|kotisivut\s*:|verkkosivut\s*:|siteontwerp|website door"
    r"|技术支持|技術支援|制作会社|홈페이지 ?제작|제작\s*:|تطوير\s*:|تصميم وتطوير|σχεδιασμός ιστο|κατασκευή\s*:",
    re.I,
)
PROCESSOR = guarded(
    r"zahlungsdienst(?:leister)?|auftragsverarbeiter|newsletter-?(?:dienst|versand)|analyse-?dienst|webanalyse"
    r"|google analytics"
    r"|payment (?:provider|process(?:or|ing))|payments? (?:is|are) processed|data processor|sub-?processor|(?:this"
    r"|our) (?:web)?site uses"
    r"|third[- ]party (?:services?|providers?)|sous-traitants?|prestataires? de paiement|responsabile esterno"
    r"|fornitore del servizio"
    r"|encargado del tratamiento|verwerkers?\b|betaalprovider|drittanbieter|anbieter (?:des dienstes|ist die)"
    r"|dienstes? der firma"
    r"|ein dienst de[rs]|a service (?:of|provided by)|un service de|un servizio (?:di|fornito)",
    re.I,
)
HOSTING = guarded(
    r"\bhost(?:ing|er|ed by|ed on)?\b|hébergeu?r?|hébergement|alojamiento|webhosting|provider\s*:"
    r"|rechenzentrum|content delivery|tárhely|găzduire|hostingow|talpinim|mitināšan|majutus|gostovanj|хостинг"
    r"|φιλοξενία|palvelintila|web(?:b)?hotel|alojamento|hospedagem|barındırma|호스팅|サーバー提供",
    re.I,
)
PROTECTION_OFFICER = guarded(
    r"datenschutzbeauftragte|data protection officer|\bdpo\b|délégué[e]? à la protection"
    r"|delegad[oa] de protección|responsabile (?:della )?protezione"
    r"|(?:eu|uk|gdpr|article 27)[- ]representative|eu-vertreter|vertreter in der (?:eu|union)|représentant dans l.union"
    r"|rappresentante nell.unione|datenschutzbeauftr|privacy officer"
    r"|functionaris gegevensbescherming|personvernombud|dataskyddsombud|inspektor ochrony danych",
    re.I,
)
AUTHORITY = guarded(
    r"aufsichtsbehörde|landesbeauftragte|bundesbeauftragte|supervisory authority|autorité de contrôle"
    r"|autorità di controllo|autoridad de control"
    r"|garante (?:per|della)|\bcnil\b|\baepd\b|information commissioner|\bico\b|datatilsynet"
    r"|beschwerde bei|lodge a complaint|reclam(?:o|ación) ante"
    r"|(?:rechtsanwalts|ärzte|zahnärzte|handels|handwerks|wirtschafts|architekten|steuerberater|notar"
    r"|apotheker|psychotherapeuten)kammer|zuständige kammer|kammer\s*:"
    r"|chamber of|ordre des|barreau|colegio (?:oficial|profesional|de)|ordine (?:degli|dei|delle"
    r"|professionale)|albo (?:degli|dei)|ordre professionnel|bar association"
    r"|turistička zajednica|tour(?:ist|ism) board|office d[eu] tourisme|tourist-?info|oficina de turismo|state bar\b"
    r"|bar admissions?|admitted to"
    r"|litígio|litige|arbitra(?:gem|tion|je)|livro de reclamações|reklamationsnämnd|forbruger(?:ombud|klage)"
    r"|forbruker(?:råd|tilsyn)|kuluttaja(?:riita|neuvon)"
    r"|česká obchodní inspekce|\bčoi\b|fogyasztóvéd|békéltető|\banpc\b"
    r"|berufsaufsicht|zuständige (?:behörde|stelle)"
    r"|schlichtung|streitbeilegung|streitschlichtung|ombuds|médiat(?:eur|ion)|mediator"
    r"|dispute resolution|verbraucherstreit|odr\b"
    r"|autoriteit persoonsgegevens|gegevensbeschermingsautoriteit|datenschutzbehörde|\bedöb\b"
    r"|integritetsskyddsmyndigheten"
    r"|commission nationale (?:de l|pour la protection)|urząd ochrony danych|urzędu ochrony danych"
    r"|úřad pro ochranu osob|úrad na ochranu osob|nacional de proteção de dados|supraveghere a prelucr"
    r"|προστασίας δεδομένων προσωπικού|adatvédelmi és információ|data protection commission|duomenų apsaugos inspekcija"
    r"|datu valsts inspekcija|andmekaitse inspektsioon|datenschutzaufsicht|zaštitu osobnih podataka"
    r"|informacijski pooblaščen"
    r"|\buodo\b|agencia española de protección|autorité de protection des données|tietosuojavaltuutet"
    r"|berufsgenossenschaft|ärztekammer|landesärztekammer|assureur|assurance (?:rc|responsabilité)|compagnia assicura"
    r"|seguro de responsabilidad|verzekeraar|beroepsaansprakelijkheid|forsikring(?:sselskap)|compagnie d.assurance"
    r"|haftpflicht|versicher(?:ung|er)\b|insur(?:er|ance company)|assurance professionnelle"
    r"|registergericht|amtsgericht|kassenärztliche|regulat(?:or|ed by)|supervised by|erkend door|aangesloten bij"
    r"|\blifeline\b|beyond ?blue|\bsamaritans\b|kids helpline|crisis (?:line|text|hotline)|suicide|poison control"
    r"|telefonseelsorge|giftnotruf|(?:ärztlicher|ärztliche|kinder) (?:bereitschafts|not)dienst|numéro d.urgence"
    r"|\bbaroul\b|\bbarosu\b|okręgowa (?:rada|izba)|izba (?:lekarska|adwokacka|rzemieślnicza|gospodarcza)"
    r"|(?:advokátní|advokátska|lékařská|lekárska|hospodářská|stomatologická) komora|(?:ügyvédi|orvosi|ipar)\s?kamara"
    r"|(?:δικηγορικός|ιατρικός|οδοντιατρικός) σύλλογος|ordem dos (?:advogados|médicos|arquite)|advokatsamfund"
    r"|advokatforening"
    r"|orde van (?:advocaten|architecten|vlaamse balies)"
    r"|accredited by|certified by|zertifiziert (?:durch|von)|mitglied (?:im|bei|der|des)\b|membre du\b",
    re.I,
)
CREDITS = guarded(
    r"bildnachweis|bildquelle|bildrechte|fotograf|photo(?:graph(?:y|er)|s)?\s*(?::|by|credits?)"
    r"|image credits?|icons? (?:by|made|from)|images? by|crédits? photo|crediti foto|créditos"
    r"|(?:co-?)?(?:funded|financed) (?:in part )?by|līdzfinans|bendrai finans|kaasrahasta|(?:współ|do|s)finansowan"
    r"|(?:spolu|ko)financ|cofinanci|finanziato d|financé par|kofinanziert|támogatásával"
    r"|sponsor(?:en|s|ed by)?\s*:|sponsored by|mit freundlicher unterstützung"
    r"|(?:unterstützt|gefördert) (?:von|durch|vom)"
    r"|avec le soutien d|con il (?:sostegno|contributo|patrocinio) d|con el apoyo de|mede mogelijk gemaakt"
    r"|in (?:co-?operation|collaboration|partnership) with|en collaboration avec|in collaborazione con"
    r"|en colaboración con"
    r"|in zusammenarbeit mit|em parceria com|i samarbeid med|i samarbete med|i samarbejde med|in samenwerking met"
    r"|illustrations? by|fotos?\s*:|©\s*(?:fotolia|shutterstock|adobe)",
    re.I,
)
TESTIMONIAL = guarded(
    r"testimonial|what (?:our |my )?(?:clients?|customers?|people|patients?|guests?|students?"
    r"|they) (?:say|are saying|think)|(?:customer|client|guest|our)?\s?reviews?\b"
    r"|kundenstimmen|kundenmeinung|kundenbewertung|das sagen|erfahrungsbericht|témoignage"
    r"|avis (?:de nos )?clients|ils nous font confiance|nos (?:clients|patients|élèves) (?:parlent|témoignent|disent)"
    r"|ce que (?:disent|pensent|nos)|recensioni|cosa dicono|dicono di noi|testimonianze|opiniones|lo que dicen"
    r"|testimonios|lo que opinan|nuestros clientes (?:dicen|opinan)|o que (?:falam|pensam)|quem (?:já )?confia"
    r"|(?:said|say|saying) about us|words from (?:our|the)|trusted by|voices of|unsere kunden sagen|stimmen unserer"
    r"|apa kata|kata mereka|nhận xét|khách hàng nói"
    r"|referanser|anmeldelser|happy (?:clients|customers)|success stor|kind words|love us\b"
    r"|loved by|wh?at (?:onze |anderen? )?(?:klanten|cliënten|patiënten) (?:zeggen|vinden|vertellen)|klantervaringen"
    r"|vad (?:våra )?kunder|hva (?:våre )?kunder|hvad (?:vores )?kunder|kunderne siger|asiakkaamme|asiakkaiden koke"
    r"|opinie (?:naszych )?(?:klientów|pacjentów|gości)|(?:klienci|pacjenci) o nas|(?:řekli|napsali) o nás"
    r"|ohlasy|vélemények|rólunk mondták|ce spun|părer(?:i|ea) client|depoimentos|testemunhos|o que (?:dizem|nossos)"
    r"|müşteri(?:lerimiz|lerimizin)? (?:yorum|görüş|ne di)|отзывы|відгуки|κριτικές|είπαν για|お客様の声"
    r"|고객 ?후기|이용 ?후기|客户评价|آراء (?:العملاء|عملائنا)|atsiliepimai|atsauksmes|tagasiside|utisci|mnenja",
    re.I,
)
PARTNER = guarded(
    r"^(?:our |unsere |nos |i nostri |nuestros )?(?:partners?|sponsor(?:s|en)?|supporters?|investors?|clients?"
    r"|customers?|kunden|partenaires|partner und|förderer|links|useful links|friends|affiliates?"
    r"|members? of|mitglied|förderung(?:en)?$|fördergeber|funders"
    r"|backed by|funded by|trusted by|used by|investoren|investisseurs|investitori)\b",
    re.I,
)
LEADERSHIP = guarded(
    r"צוות|אודות|команда|сотрудники|о нас|о компании|ομάδα|فريق|من نحن|团队|チーム|スタッフ|ekibimiz|\bteam(?:et)?\b"
    r"|\bteams?$|our (?:people|staff|attorneys|doctors|experts|leaders)|meet (?:the|our|us)"
    r"|who we are|who are we|staff\b|leadership|management|board of|directors|founders?|attorneys"
    r"|lawyers|our experts|personnel|executives?"
    r"|über uns|wir über|ansprechpartner|mitarbeiter|geschäftsführung|geschäftsleitung|vorstand"
    r"|inhaber|kanzlei|ärzte|équipe|qui sommes|direction|chi siamo|lo staff|squadra|fondator|titolare"
    r"|quiénes somos|equipo|nosotros|directiva|sobre nós|equipa|equipe|ons team|over ons|om oss"
    r"|medarbeid|medarbejd|ansatte|medarbetare|styret|zespół|o nas|about (?:us|me)?",
    re.I,
)

# Labels before a number or an address -----------------------------------------------------------------------------

FAX = re.compile(
    r"(?<![a-z])(?:tele?)?fax(?:e|nummer|[ .-]?n[ro°º]?)?(?![a-z])|télécopie|telecopie|faks(?![a-z])"
    r"|פקס|فاكس|факс|φαξ|传真|傳真|팩스|fakss\b|faksas\b|faksi?\b|โทรสาร|แฟกซ์|แฟ็กซ์|फैक्स|belgeç"
    r"|(?<![\w])f(?=\s*[.:]\s*[+(0])",
    re.I,
)
PHONE = re.compile(
    r"(?<![a-z])(?:📞|📱|☎|✆|mob\b|tele\b|tfno|telef\b|tel(?:e?fon(?:o|e|szám|nummer)?|éfono|efone|ephone|éphone|\.|:"
    r"|\b)|t[ée]l\b|phone"
    r"|telf\b|fon[eo]?\b|ph\b|pbx\b|sac\b|uan\b|cel\b"
    r"|call|ring|mobile?|mobil(?:funk|telefon|nummer)?|cell(?:ulare)?|celular|handy|funk"
    r"|gsm|cep\b|móvil|telem[óo]vel|tlm\b|mobiel|puh\b|kom[óo]rk|kom\.|växel|centralino"
    r"|portable|whatsapp|wa\b|sms|text us|hotline|helpline|landline|line|telefoon|puhelin"
    r"|tlf|tfn|telefonnummer|kontakt|contact(?: no| number)?|appel|llam|chiam|ruf|bel(?:len)?|soita|zadzwo"
    r"|zavolej|hívj|ligue|office|büro|bureau"
    r"|toll|desk|reception|טל(?:פון)?(?!\w)|נייד|هاتف|تلفن|جوال|тел(?:ефон)?|моб|τηλ|電話|电话|전화|enquir|inquir"
    r"|手机|手機|携帯|热线|熱線|휴대폰|핸드폰|모바일|موبايل|محمول|واتساب|κιν\b|tālr|telp\b|โทร|điện thoại|sđt|फ़ोन|फोन"
    r"|direkte?\b|direktnummer|durchwahl|direct(?: dial)?\b|doorkies\w*|call us|[tpm](?=\s*[.:|]\s*[+(0-9]))",
    re.I,
)
NOT_PHONE = re.compile(
    r"\b(?:iban|bic|swift|blz|konto(?:nummer)?|kto|account|a/c|sort code|routing|ust|ust-?id"
    r"|umsatzsteuer|steuer-?n|st\.?-?nr|vat|tva|btw|iva|p\.?\s?iva|partita|cod(?:ice)?\.? ?fisc"
    r"|c\.?f\.?|nif|cif|nie|siren|siret|rcs(?:\s(?:de\s)?[a-zà-ÿ-]{3,20}){0,2}"
    r"|registro (?:delle )?(?:imprese|mercantil)(?: (?:di|de) [\w-]+)?|ape|naf|hrb?\b|hra"
    r"|handelsregister|register|registration"
    r"|reg(?:istration)?\.?\s?(?:no|nr|number)|company (?:no|number|reg)|abn|acn|kbo|kvk|bce"
    r"|org\.?\s?(?:nr|nummer|no)|orgnr|cvr|gst(?:in)?|pan\b|cin\b|tin\b|ein\b|duns|licen[sc]e|lic\b"
    r"|permit|isbn|issn|ean|sku|order|invoice|article|artikel|ref(?:erence)?|no\. of|isrc|doi|zip|plz"
    r"|postcode|id(?:entification)?(?: number)?|reps|rea|rn|crn|cnpj|cpf|rut|ruc|nit|pec|sdi|ico|dič"
    r"|regon|krs|nip|oib|emtak|y-?tunnus|finra|npi|fsc|iso|din|en|mac|ip|serial|model|version|patent"
    r"|grant|case|docket|health authori\w+|autorizaci\w+|nica|centro n|n[º°]\s?(?:reg|de registro|rps)"
    r"|inscri\w+|sanitari\w+|udyam|fssai|msme|coordinates?|lat|lng|latitude"
    r"|longitude|사업자\s?(?:등록)?\s?번호|법인등록번호|통신판매\S{0,12}|登録番号|法人番号|许可证|統一編號|统一社会信用代码"
    r"|rp[rm]\s[\w-]+|инн|огрн|кпп|бик|єдрпоу|едрпоу|еик|афм|αφμ|γεμη|cui|vergi(?: no)?|mersis|sicil"
    r"|adószám|cégjegyzék\w*"
    r"|bankszámla\w*|ičo?|kodas|kods|kood|registrikood|pib|mbs|السجل التجاري|الرقم الضريبي"
    r")\b[\s.:：#º°-]*(?:n[ro]?\b|no|number|nummer|num)?[\s.:#º°-]*[a-z]{0,3}$",
    re.I,
)
EMAIL_LABEL = guarded(
    r"e-?mail|mail\b|correo|courriel|kontakt|contact|contatt|kapcsolat|yhteys|επικοινων"
    r"|iletişim|контакт|liên hệ|ติดต่อ|"
    r"write|schreib|anfrag|inquir|enquir|posta|poczta"
    r"|epost|e-post",
    re.I,
)
REPRESENTED = guarded(
    r"vertreten durch|vertretungsberechtigt\w*|geschäftsführ(?:er(?:in)?|ung)|geschaeftsfuehrer(?:in)?"
    r"|inhaber(?:in)?|vorstand|verantwortlich(?:er)?(?: (?:für|gemäß|i\.?\s?s|nach)[^\n]{0,60})?"
    r"|directeur de (?:la )?publication|directrice de (?:la )?publication"
    r"|responsable de (?:la )?(?:publication|rédaction)|gérant|président|représentant légal"
    r"|représentée? par"
    r"|legale rappresentante|rappresentante legale|amministratore(?: unico| delegato)?"
    r"|titolare(?: del trattamento)?|administrador|representante legal|titular|responsable"
    r"|direttore(?: sanitario)?|zaakvoerder|bestuurder|daglig leder|vd\b|omistaja|proprietor|owner"
    r"|managing director|sole trader|represented by|director",
    re.I,
)
IMPRINT_OWNER = guarded(
    r"angaben gemäß|diensteanbieter|anbieter|betreiber|herausgeber|seitenbetreiber|impressum|imprint"
    r"|éditeur|editeur|propriétaire|raison sociale|nom de la société|dénomination|società"
    r"|ragione sociale"
    r"|titolare del (?:sito|trattamento)|denominazione|razón social|denominación social|titular"
    r"|responsable|company (?:name|details|information)|legal (?:name|notice|entity)|firmenname"
    r"|firma\b|firmenwortlaut|operator|data controller|verantwortlich\w*|name\b|trading as"
    r"|registered (?:name|office)|maatschappelijke|handelsnaam"
    r"|üzemeltet|cégn[eé]v|szolgáltató neve|prov[oá]dzkovate|provozovatel|obchodn[éíi] (?:meno|firma|jméno)|nazwa firmy"
    r"|pełna nazwa|wydawca|izdavač|nakladnik|puni naziv|naziv (?:tvrtke|firme)|tvrtka|naziv podjetja|udgiver|utgiver"
    r"|virksomhed(?:snavn)?|bedrijfsnaam|uitgever|exploitant|ylläpitäjä|toiminimi|julkaisija|pardavėj"
    r"|įmonės pavadinimas"
    r"|uzņēmum|nosaukums|ärinimi|ettevõtte nimi|denumirea?\b|operatorul|razão social|denominação|ticar[eiî] [uü]nvan"
    r"|[uü]nvan[ıi]?\b|επωνυμία|наименование|название (?:организации|компании)|наименуване|назва|nama perusahaan",
    re.I,
)

# Legal forms --------------------------------------------------------------------------------------------------------

LEGAL_FORM = re.compile(  # the look-ahead: what a form begins with; eighty words are tried nowhere else
    r"(?<![\w&])(?=[A-Zadegprs(])(?:(?:g?GmbH(?: ?& ?Co\.? ?(?:KG|OHG)(?:aA)?)?|UG(?: ?\(haftungsbeschr(?:ä|ae)nkt\))?"
    r"|AG|KGaA|KG|OHG|eG|e\. ?G\.|GbR|PartG(?: ?mbB)?|PartGmbB|e\. ?K(?:fm|fr)?\.?|eK|e\. ?V\.|SE"
    r"|e\. ?U\.|OG)"
    r"|(?:S\.?A\.?R\.?L\.?|SARL|SASU?|EURL|S\.?A\.?S\.?|S\.?A\.?|SCI|SCOP|SNC|SELARL|[Ss]\.?\s?[Rr]\.?\s?[Ll]\.?[Ss]?"
    r"|S\.?p\.?A\.?|S\.?n\.?c\.?|S\.?a\.?s\.?|S\.?L\.?U?\.?|S\.?C\.?C\.?L\.?|Lda\.?|Ltda\.?"
    r"|S\. de R\.L\.(?: de C\.V\.)?|S\.?A\.? de C\.?V\.?|EIRL|SpA)"
    r"|(?:B\.?V\.?(?:BA)?|N\.?V\.?|VOF|VZW|BVBA|CVBA|ASBL|A/S|ApS|AS|ASA|AB|Oy|Oyj|ry|HB|KB|ENK|ANS|DA"
    r"|SIA|UAB|OÜ|Sp\. ?z ?o\. ?o\.|S\. ?A\.|s\.? ?r\.? ?o\.|a\. ?s\.|Kft\.?|Zrt\.?|Nyrt\.?|Bt\.?"
    r"|d\. ?o\. ?o\.|EOOD|OOD|OOO|S\.R\.L\.)"
    r"|(?:(?:\(?[Pp](?:vt|rivate|te|ty|roprietary)\.?\)?,? ?)?(?:L(?:td|imited|TD|IMITED)\.?)"
    r"|PVT\.? ?LTD\.?|PTY\.? ?LTD\.?|PLC|plc|LLP|L\.L\.P\.|LLC|L\.L\.C\.|L\.P\.|PLLC|P\.?C\."
    r"|Inc(?:orporated)?\.?|Corp(?:oration)?\.?|Co\.(?:,? ?Ltd\.?)?|CC|Sdn\.? ?Bhd\.?|Bhd|FZ-?LLC|FZE"
    r"|WLL|K\.K\.|P\.?L\.?C\.?|GIE|APS|ETS|ODV|ONLUS|Tbk|CIC|CIO))(?![\w])"
)

# Placeholders -------------------------------------------------------------------------------------------------------

LOREM = guarded(
    r"lorem,? ipsum|dolor sit amet|consectetur adipis|sed do eiusmod|ut labore et dolore|magna aliqua"
    r"|nullam dolore|quis nostrud|etiam quis viverra|aenean ornare|phasellus|vestibulum ante"
    r"|donec (?:eget|vitae)|curabitur (?:a|vel)|mauris (?:a|non)|nulla vitae",
    re.I,
)
PLACEHOLDER_TEXT = guarded(
    r"(?:^|\b)(?:your (?:company|website|site|store|shop|business|brand|name|logo|email|phone"
    r"|address)\b(?: (?:name|here))?|company name\b|my (?:website|site|company) \d*|untitled\b"
    r"|sample (?:page|company|text)|ihre? (?:firma|firmenname|name)\b|max mustermann|musterfirma"
    r"|musterstra(?:ß|ss)e|musterstadt|votre (?:entreprise|société)|nombre de (?:la|su) empresa"
    r"|jane doe|john doe|john smith|placeholder|demo (?:site|store|content)|dummy|your-?domain"
    r"|example company|acme (?:inc|corp)|site title|just another wordpress site|\[(?:your|company"
    r"|insert|name)[^\]]{0,30}\]|1234 street|123 (?:main|demo|street|anywhere|your|example)"
    r"|da inserire)",
    re.I,
)
TEMPLATE_TITLE = guarded(
    r"(?:start bootstrap|html5 ?up|bootstrap|free|html|wordpress|landing page|website|responsive|admin"
    r"|css|one ?page|web)\s+(?:\d\s+)?(?:theme|template)s?\b|colorlib|themeforest|templatemo|html5 up"
    r"|start bootstrap|bootstrapmade|tooplate|free-css|themewagon|w3layouts|your website|site title"
    r"|create react app",
    re.I,
)
TEMPLATE_CREDIT_HOSTS = words(
    "html5up.net startbootstrap.com bootstrapmade.com colorlib.com templatemo.com tooplate.com "
    "themewagon.com w3layouts.com free-css.com themeforest.net htmlcodex.com untree.co graygrids.com "
    "uicookies.com getbootstrap.com"
)
