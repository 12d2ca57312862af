"""What reads as a job title or role, in many languages: single words, endings of compounds, stems of other scripts."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining, normalize

from leadhouse.extraction.guarded import guarded
from leadhouse.extraction.hosts import fold
from leadhouse.extraction.vocabulary import words

_TITLE_WORDS = words(
    "ceo cto cfo coo cmo cio cpo cso chro cco vp svp evp md founder cofounder founders owner coowner owners proprietor "
    "proprietress president chair chairman chairwoman chairperson director directors managing manager "
    "principal partner "
    "associate counsel attorney lawyer paralegal solicitor barrister advocate notary engineer developer programmer "
    "designer architect consultant analyst scientist researcher professor lecturer teacher instructor trainer coach "
    "therapist psychologist counsellor counselor doctor dentist orthodontist physician surgeon nurse midwife "
    "veterinarian vet secretary treasurer lead leader supervisor coordinator administrator assistant receptionist "
    "specialist representative agent broker accountant bookkeeper auditor controller officer executive chef cook baker "
    "waiter waitress bartender barista sommelier photographer technician mechanic installer builder foreman "
    "electrician "
    "plumber carpenter joiner driver editor writer producer intern trainee apprentice hygienist optician optometrist "
    "pharmacist stylist hairdresser barber esthetician beautician masseuse pastor minister priest curator librarian "
    "trustee advisor adviser ambassador planner buyer estimator surveyor arborist gardener groundskeeper caretaker "
    "housekeeper dispatcher clerk registrar bursar dean headmaster headteacher headmistress strategist copywriter "
    "translator interpreter captain skipper pilot guide host hostess butler recruiter salesperson salesman saleswoman "
    "merchandiser handyman contractor superintendent inspector appraiser underwriter teller cashier economist "
    "nutritionist dietitian osteopath chiropractor acupuncturist physiotherapist physio podiatrist audiologist "
    "groomer farmer winemaker brewer distiller florist tailor seamstress jeweller goldsmith organist choirmaster "
    "conductor choreographer dramaturg organiser organizer fundraiser spokesperson spokesman chairholder "
    "illustrator realtor videographer filmmaker sculptor ceramicist potter blacksmith animator bookbinder luthier "
    "cabinetmaker upholsterer beekeeper vintner herbalist naturopath homeopath hypnotherapist psychotherapist doula "
    "celebrant marketer freelancer trader inginer "
    # German
    "geschaeftsfuehrer geschaeftsfuehrerin gf inhaber inhaberin gruender gruenderin prokurist prokuristin vorstand "
    "vorsitzender vorsitzende vorsitzenden stellvertreter stellvertreterin schatzmeister kassenwart kassier "
    "kassiererin "
    "schriftfuehrer schriftfuehrerin beisitzer beisitzerin leitung leiter leiterin rechtsanwalt rechtsanwaeltin "
    "fachanwalt notar notarin steuerberater steuerberaterin wirtschaftspruefer zahnarzt zahnaerztin arzt aerztin "
    "heilpraktiker heilpraktikerin hebamme physiotherapeut ergotherapeutin logopaedin psychologe psychologin "
    "buchhalter buchhalterin techniker technikerin meister meisterin redakteur redakteurin regie auszubildende "
    "auszubildender azubi ansprechpartner ansprechpartnerin sachbearbeiter sachbearbeiterin berater beraterin "
    "verkaeufer verkaeuferin mitarbeiter mitarbeiterin sekretaer sekretaerin assistentin assistent praktikant "
    "praktikantin trainerin koordinator koordinatorin referent referentin geselle gesellin ingenieur ingenieurin "
    "architektin obmann obfrau kassierer praesident praesidentin chefin intendant intendantin dirigent "
    "tischler tischlerin maurer dachdecker kfm kauffrau kaufmann buerokauffrau fachangestellte mfa zfa pta pfarrer "
    "pfarrerin diakon dekan rektor rektorin schulleiter konditor koch koechin kellner kellnerin sommeliere "
    # French
    "directeur directrice gerant gerante fondateur fondatrice cofondateur cofondatrice presidente avocat avocate "
    "notaire medecin docteur infirmier infirmiere tresorier tresoriere secretaire responsable charge chargee "
    "chef cheffe "
    "comptable commercial commerciale assistante conseiller conseillere formateur formatrice architecte ingenieur "
    "technicien technicienne dirigeant dirigeante proprietaire associe associee redacteur redactrice osteopathe "
    "kinesitherapeute psychologue cuisinier cuisiniere boulanger artisan administrateur administratrice "
    "vendeur vendeuse "
    # Italian
    "direttore direttrice titolare amministratore amministratrice fondatore fondatrice socio socia presidente "
    "segretario "
    "segretaria tesoriere responsabile avvocato avvocata avvocatessa commercialista ingegnere architetto geometra "
    "dottore dottoressa dentista medico consulente impiegato impiegata contabile addetto addetta cuoco cuoca "
    "pasticcere enologo proprietario proprietaria consigliere consigliera vicepresidente custode "
    # Spanish and Portuguese
    "director directora gerente fundador fundadora abogado abogada socio socia presidenta titular encargado encargada "
    "jefe jefa asesor asesora comercial contable secretario secretaria tesorero tesorera vocal vicepresidente medico "
    "medica odontologo odontologa psicologo psicologa arquitecto arquitecta ingeniero ingeniera profesor profesora "
    "coordinador coordinadora administrador administradora propietario propietaria diretor diretora fundadora advogado "
    "advogada engenheiro engenheira contador contadora gestor gestora tecnico tecnica recepcionista enfermeiro "
    "enfermeira presidente socia proprietario consultor consultora vendedor vendedora tesoureiro tesoureira "
    # Dutch, Nordic, Finnish
    "zaakvoerder zaakvoerster bestuurder eigenaar eigenares medewerker medewerkster directeur oprichter oprichtster "
    "vennoot adviseur boekhouder voorzitter penningmeester secretaris monteur planner bedrijfsleider verkoper advocaat "
    "notaris tandarts huisarts leder sjef styreleder nestleder kasserer styremedlem redaktoer instruktoer daglig "
    "direktoer indehaver ejer formand vd ordfoerande kassoer saeljare aegare grundare konsult chef ekonom redaktor "
    "ansvarig tandlaege tandlakare advokat revisor snickare toimitusjohtaja johtaja omistaja yrittaejae "
    "myyntipaeaellikkoe puheenjohtaja sihteeri rahastonhoitaja asiantuntija kirjanpitaja "
    # Slavic, Hungarian, Romanian, Baltic, Turkish, Indonesian
    "prezes wiceprezes wlasciciel wlascicielka dyrektor kierownik zarzadu ksiegowa ksiegowy specjalista "
    "prawnik adwokat "
    "radca lekarz lekarka doradca jednatel jednatelka majitel majitelka reditel reditelka ucetni lekar vedouci "
    "obchodni "
    "zakladatel asistentka konatel konatelka riaditel riaditelka predseda predsednik predsednica direktor direktorica "
    "vlasnik vlasnica osnivac odvjetnik odvjetnica lastnik ugyvezeto tulajdonos ugyved igazgato vezeto konyvelo "
    "fogorvos orvos alapito titkar elnok administrator fondator asociat avocat contabil sef presedinte vadovas vadove "
    "direktorius savininkas valdytaja juhataja mudur muduru kurucu avukat doktor hekim sahibi baskan baskani "
    "uzmani uzman mimar "
    "psikiater dokter bidan perawat apoteker muhendis direktur pemilik ketua sekretaris bendahara manajer "
    # the same trades and offices in more of these languages
    "contabilista encarregado encarregada rececionista solicitador solicitadora formador formadora carpinteiro "
    "eletricista canalizador enfermero enfermera fisioterapeuta terapeuta esteticista higienista carpintero "
    "peluquera peluquero veterinario veterinaria farmaceutico farmaceutica maestro maestra praticante "
    "collaboratore collaboratrice fisioterapista igienista odontoiatra farmacista notaio insegnante educatore "
    "educatrice falegname idraulico elettricista parrucchiera magazziniere uitvoerder timmerman schilder "
    "loodgieter elektricien installateur docent docente leraar lerares dierenarts psycholoog logopedist "
    "mondhygienist kapper kapster receptioniste elektriker roermokare malare laerare rektor sjukskoeterska lakare "
    "psykolog arkitekt ingenjoer montoer toemrer murer maler laerer sygeplejerske sykepleier bogholder "
    "kierowniczka dyrektorka asystent asystentka recepcjonistka pielegniarka nauczyciel nauczycielka inzynier "
    "projektant projektantka handlowiec magazynier mechanik elektryk stolarz koordynator koordynatorka notariusz "
    "sekretarka zastepca technolog dentysta stomatolog kosmetolog technik stavbyvedouci obchodnik asistent "
    "fakturantka skladnik truhlar elektrikar advokatka zubar recepcni ucitel ucitelka spolumajitel asszisztens "
    "mernoek tervezo szerelo muvezeto ertekesito tanar pedagogus recepcios inginera asistenta medic arhitect "
    "reprezentant secretara profesoara sorumlusu temsilcisi teknisyen teknisyeni ogretmen yoneticisi danismani "
    "psikolog diyetisyen eczaci ortagi myyjae asentaja suunnittelija "
    "tegevjuht arendaja disainer muugijuht projektijuht raamatupidaja spetsialist insener konsultant muuja "
    "vadybininkas vadybininke buhaltere buhalteris inzinierius inziniere administratore gydytojas gydytoja "
    "specialistas specialiste direktore valdes loceklis priekssedetajs vaditajs vaditaja gramatvede gramatvedis "
    "specialists inzenieris palkanlaskija neuvoja insinoori insinoeoeri higienikus szakorvos menedzser tanacsado "
    "szerkeszto tulajdonosa alelnok specjalistka kosmetyczka fizjoterapeuta psycholog trener trenerka psycholozka "
    "mistr asistentka terapeutka lektor lektorka nutricionista cirujano pediatra cardiologo dermatologo "
    "fonoaudiologa ortodontista elev laerling larling konsulent raadgiver radgiver radgivare fagarbeider formann "
    "samordnare handlaggare tekniker lagerchef ekonomiansvarig negotiator lettings sanitaer gehilfin gehilfe "
    "chirurg sestra zdravotna "
    "wicedyrektor wicedyrektorka ortodonzista odontotecnico pitmaster utvecklare utvikler udvikler kieferorthopaede "
    "kieferorthopaedin "
    "gesellschafter gesellschafterin wspolnik wspolniczka aplikant aplikantka asociado asociada associado associada "
    "verantwoordelijke zaakvoerster ortak "
    "kurucu muhasebeci asistani danisman "
    "teknikeri estetisyen manageris vicedirektor hygieniker"
)
_ENDINGS = guarded(
    r"(?:kaeufer|kaeuferin|leiter|leiterin|leitung|fuehrer|fuehrerin|berater|beraterin|meister|meisterin|arzt"
    r"|aerztin|anwalt|anwaeltin"
    r"|ingenieur|ingenieurin|assistent|assistentin|techniker|technikerin|therapeut|therapeutin|psychologe|psychologin"
    r"|fachangestellte|kaufmann|kauffrau|betreuer|betreuerin|sekretaer|sekretaerin|beauftragte|beauftragter|monteur"
    r"|terapeut|terapeutka|terapeutti|mechaniker|mechanikerin|pfleger|pflegerin|pruefer|prueferin|entwickler"
    r"|entwicklerin|trainer|trainerin"
    r"|fachwirt|fachwirtin|betriebswirt|betriebswirtin|vorsitzende|vorsitzender|verantwortliche|verantwortlicher"
    r"|inhaber|inhaberin|planer|planerin|vertreter"
    r"|vertreterin"
    r"|chef|sjef|leder|direktoer|medarbeider|medarbetare|ansvarig|ansvarlig|leider|medewerker|adviseur|paeaellikkoe"
    r"|johtaja|hoitaja|vezeto|igazgato|logist|ologist|ologe|ologin|ologue|ologo|ologa|iatrist|iatre|iatra"
    r"|practitioner|elev|laerling|konsulent|radgiver|raadgiver|arendaja|juht|pidaja|laskija|asentaja|suunnittelija"
    r"|neuvoja|sihteeri|insinoeoeri|szakorvos|hygienikus|higienikus|mernoek|mernok|sebesz|logista|ionista"
    r"|vadove|vadovas|vadybininkas|vadybininke|vaditajs|vaditaja|gehilfin|gehilfe|verwalter|verwalterin|referent"
    r"|referentin|koordinator|koordinatorin|kundige|begeleider|samordnare|ansvarlige)$"
)
_OTHER_SCRIPTS = guarded(
    r"директор|руководител|менеджер|бухгалтер|основател|президент|заместител|инженер|юрист|адвокат|врач|специалист"
    r"|начальник|секретарь|консультант|председател|владелец|власник|керівник|управител|собственик|администратор"
    r"|διευθυντ|ιδρυτ|πρόεδρ|λογιστ|λογίστ|δικηγόρ|γιατρ|ιατρ(?!ε[ίι])|ορθοδοντ|οδοντίατρ|χειρουργ|ψυχίατρ|παιδίατρ"
    r"|κτηνίατρ|φυσικοθεραπ|ψυχολόγ|συνέταιρ|συνεργάτ|υπεύθυν|ιδιοκτήτ|διευθύν|γραμματ|μηχανικ|σύμβουλ"
    r"|经理|總經理|总监|總監|总裁|總裁|主管|董事|主任|创始人|創辦人|工程师|律师|医生|会计|社長|代表|取締役|部長"
    r"|課長|店長"
    r"|担当|院長|医師|대표|이사|팀장|부장|과장|원장|사장|변호사|מנכ|מנהל|יועצ|מייסד|סמנכ|עור[ךכ]|רופא|מדיר"
    r"|弁護士|税理士|司法書士|行政書士|社労士|会計士|建築士|獣医師|歯科|看護師|薬剤師|衛生士|講師|専務|常務"
    r"|監査役|会長|理事|所長|主任|係長"
    r"|전문의|실장|간호사|상담사|연구원|본부장|차장|대리|회계사|세무사|디자이너|顾问|專員|专员|合伙人|医师|醫師"
    r"|主席|负责人"
    r"|אדריכל|מהנדס|שותפ|רואה חשבון|מזכיר|מתכנ|מעצב|פסיכולוג|استشاري|أخصائي|شريك|منسق|فني|ممرض|صيدلي"
    r"|бухгалтер|мастер|тренер|психолог|архитектор|дизайнер|лікар|головний|технолог|педагог|τεχνικ|πωλητ|μάγειρ"
    r"|αρχιτέκτ"
    r"|مدير|رئيس|مؤسس|مهندس|محام|طبيب|محاسب|مستشار|प्रबंधक|निदेशक|अध्यक्ष|संस्थापक|ผู้จัดการ|ผู้อำนวยการ"
)
_PHRASES = guarded(
    r"\b(?:head of|head(?=, | - )|head (?:chef|waiter|waitress|coach|teacher|gardener)|team lead|in charge|board member"
    r"|member of the board|daglig leder|building practitioner|chargée? de|contact person|person of contact"
    r"|kontaktperson|contactpersoon|persona de contacto|personne de contact|referente)\b",
    re.I,
)
# A line of these under a name in a list of staff is the person's department, hence the role.
_DEPARTMENTS = words(
    "accounts accounting administration operations sales marketing purchasing finance hr logistics production "
    "reception kontor kontoret kancelarija iroda biuras birojs "
    "warehouse workshop service support design development research training dispatch office legal communications "
    "buchhaltung verwaltung einkauf verkauf vertrieb disposition empfang lager werkstatt produktion personal "
    "sekretariat "
    "rezeption entwicklung kundendienst prophylaxe verwaltung amministrazione acquisti vendite contabilita produzione "
    "segreteria magazzino logistica commerciale comptabilite accueil atelier achats secretariat production ventes "
    "administracion ventas compras contabilidad recepcion taller marketing administratie verkoop inkoop boekhouding "
    "objektmanagement hausverwaltung objektverwaltung "
    "biuro kancelarie recepcja kasa zaopatrzenie kancelar objednavky kalkulace ucetnictvi recepce dilna ucetni "
    "uctovnictvo predaj sklad administracija prodaja racunovodstvo nabava raamatupidamine tellimused buhalterija "
    "pardavimai gramatvediba taloushallinto vastaanotto kundservice bokfoering impuestos fiscal laboral financas "
    "receptie oekonomi salg innkjoep lager regnskap ekonomi foersaeljning inkoep planning planung werkplaats magazijn "
    "carrosserie mecanique enoturismo enologia fakturowanie "
    "klantenservice humanos financeiro contabilidade vendas producao atendimento kundtjaenst bogholderi indkoeb "
    "ksiegowosc sprzedaz produkcja kadry serwis uctarna obchod vyroba prodej nakup fakturace expedice "
    "myynti laskutus huolto toimisto penzuegy ertekesites raktar vanzari contabilitate productie satis muhasebe ueretim"
)
_SENTENCE_START = re.compile(
    r"(?:i|we|our|you|your|they|he|she|it|this|these|if|when|click|call|read|see|wir|ich|unsere?|sie|nous|notre|vous|je"
    r"|noi|il nostro|nosotros|wij|ons|vi|vores|contact us|ask)\b",
    re.I,
)
# Bodies of several people and calls to the reader hold such words, and are no one's title.
_NO_TITLE = guarded(
    r"^(?:the |our )?(?:board of (?:directors|trustees|advisors)|directors|partners|our \w+|managers|founders|vorstand"
    r"|rechtsanwälte|geschäftsführung|leitung)$|\b(?:us|we|you|your|our team|wir|uns|sie|nous|vous)\b|^(?:to"
    r"|for|by|from|meet|introducing|how|become|find|join|zum|zur|für)\b",
    re.I,
)
_FIGURES = re.compile(r"\d+[-/]\d+[-/]\d|\d{5}")  # of a house, a date, a telephone
_JOINT = re.compile(r"[-./]")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")


_BARE = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "æ": "a", "þ": "th", "ə": "a"})


def spellings(word: str) -> tuple[str, ...]:
    """A word folded as German writes umlauts out, and as Turks, Swedes and Hungarians drop the marks."""
    folded = fold(word)
    if word.isascii():
        return (folded,)
    bare = fold("".join(char for char in normalize("NFKD", word.translate(_BARE)) if not combining(char)))
    return (folded,) if bare == folded else (folded, bare)


@lru_cache(maxsize=20_000)
def is_title_word(word: str) -> bool:
    """Whether one word names a role, alone or as the end of a compound (``Vertriebsleiter``)."""
    for folded in spellings(word):
        if folded in _TITLE_WORDS or (len(folded) > 6 and _ENDINGS.search(folded)):
            return True
    if word.isalnum():
        return False
    return any(fold(part) in _TITLE_WORDS for part in _JOINT.split(word)[:-1]) or (
        "-" in word and fold(word.rsplit("-", 1)[-1]) in _TITLE_WORDS
    )


@lru_cache(maxsize=50_000)
def title_words(text: str) -> int:
    """How many words of a text name a role; one for a phrase that does."""
    count = len(list(filter(is_title_word, _WORD.findall(text))))
    if count == 0 and (_PHRASES.search(text) or (not text.isascii() and _OTHER_SCRIPTS.search(text.lower()))):
        return 1
    return count


@lru_cache(maxsize=50_000)
def is_title(text: str) -> bool:
    """Whether a short text is a job title."""
    if not 2 <= len(text) <= 110 or text[-1] in "?!" or text[0] in "★☆“„«" or "@" in text or "http" in text:
        return False
    if title_words(text) == 0 or _NO_TITLE.search(text) or (not text.isalpha() and _FIGURES.search(text)):
        return False
    count = len(text.split())
    return count <= 14 and not (count > 7 and text[-1] == ".") and not (count > 2 and _SENTENCE_START.match(text))


@lru_cache(maxsize=20_000)
def is_department(text: str) -> bool:
    """Whether a short text names departments alone (``Buchhaltung``, ``Sales & Marketing``)."""
    found = [fold(word) for word in _WORD.findall(text)]
    return 0 < len(found) <= 5 and any(word in _DEPARTMENTS for word in found) and len(text) <= 45


@lru_cache(maxsize=20_000)
def is_role_line(text: str) -> bool:
    """Whether a short line could be a role when a list of staff has it next to a name, whatever its words."""
    return (
        2 <= len(text) <= 60
        and len(text.split()) <= 6
        and not re.search(r"[\d@!?:★☆]|\.$|^\W*$|^[\"“„«]|https?|www\.", text)
        and not _SENTENCE_START.match(text)
        and (text[0].isupper() or title_words(text) > 0)
    )
