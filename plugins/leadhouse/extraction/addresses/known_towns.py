"""Towns that an address ends in where no postal code stands: a country's large ones, and any before its state.

Many a small site leaves the code out (``Av. Corrientes 1200, CABA``, ``14 Baggot Street, Dublin 2``), and half the
countries have hardly any. What tells the town then is that it is known, or that a state follows it (``Tampa, FL``,
``Santo André - SP``); the street before it is for the caller to judge. The lists hold the names that pages write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leadhouse.extraction.addresses.address_forms import UPPER, Town
from leadhouse.extraction.addresses.address_regions import region_of
from leadhouse.extraction.addresses.country import country_code
from leadhouse.extraction.addresses.street_lines import STREET_WORD
from leadhouse.extraction.markup.page import Page

_LARGE = {
    "AE": "Abu Dhabi|Dubai|Sharjah|Ajman",
    "AR": "CABA|C.A.B.A.|Ciudad Autónoma de Buenos Aires|Ciudad de Buenos Aires|Capital Federal|Buenos Aires|Córdoba"
    "|Rosario|Mendoza|La Plata|Mar del Plata|Salta|Tucumán|Santa Fe|Neuquén|Bahía Blanca|Quilmes|Posadas|Paraná",
    "AT": "Wien|Graz|Linz|Salzburg|Innsbruck|Klagenfurt",
    "BD": "Dhaka|Chattogram|Chittagong|Sylhet|Khulna|Rajshahi",
    "BE": "Bruxelles|Brussel|Brussels|Antwerpen|Gent|Liège|Brugge|Leuven|Namur|Mechelen|Charleroi",
    "BO": "La Paz|Santa Cruz de la Sierra|Cochabamba",
    "CH": "Zürich|Genève|Basel|Bern|Lausanne|Luzern|Winterthur|St. Gallen|Lugano",
    "CI": "Abidjan",
    "CL": "Santiago de Chile|Santiago|Valparaíso|Viña del Mar|Concepción|La Serena|Coquimbo|Antofagasta|Temuco"
    "|Puerto Montt|Rancagua|Talca|Iquique|Arica|Valdivia|Osorno|Chillán|Punta Arenas|Calama|Providencia|Las Condes"
    "|Vitacura|Ñuñoa|La Florida|Maipú|Huechuraba|Quilicura",
    "CM": "Douala|Yaoundé",
    "CO": "Bogotá D.C.|Bogotá, D.C.|Bogotá|Bogota|Medellín|Medellin|Cali|Barranquilla|Cartagena|Bucaramanga|Pereira"
    "|Manizales|Cúcuta|Ibagué|Santa Marta|Villavicencio|Envigado|Sabaneta|Itagüí|Chía|Neiva|Pasto|Montería",
    "CR": "San José|Heredia|Alajuela|Cartago|Escazú",
    "CY": "Nicosia|Limassol|Larnaca|Paphos",
    "CZ": "Praha|Brno|Ostrava|Plzeň|Olomouc|Liberec|České Budějovice|Hradec Králové|Pardubice|Zlín",
    "DE": "Berlin|Hamburg|München|Köln|Frankfurt am Main|Frankfurt|Stuttgart|Düsseldorf|Leipzig|Dresden|Hannover"
    "|Nürnberg|Bremen|Essen|Dortmund|Bonn|Münster|Karlsruhe|Mannheim|Augsburg",
    "DK": "København|Aarhus|Odense|Aalborg|Copenhagen",
    "DO": "Santo Domingo|Santiago de los Caballeros|Punta Cana",
    "EC": "Quito|Guayaquil|Cuenca|Ambato|Loja|Manta",
    "EE": "Tallinn|Tartu|Pärnu|Narva",
    "EG": "Cairo|Alexandria|Giza",
    "ES": "Madrid|Barcelona|Valencia|València|Sevilla|Málaga|Bilbao|Zaragoza|Murcia|Palma de Mallorca|Granada|Alicante"
    "|Valladolid|Vigo|Gijón|A Coruña|San Sebastián|Donostia|Pamplona|Santander|Girona|Tarragona|Salamanca|Cádiz",
    "ET": "Addis Ababa",
    "FI": "Helsinki|Espoo|Tampere|Turku|Oulu|Vantaa|Jyväskylä|Lahti|Kuopio",
    "FR": "Paris|Lyon|Marseille|Toulouse|Bordeaux|Nice|Nantes|Lille|Strasbourg|Montpellier|Rennes|Grenoble|Annecy",
    "GB": "London|Manchester|Birmingham|Leeds|Glasgow|Edinburgh|Liverpool|Bristol|Sheffield|Cardiff|Belfast"
    "|Newcastle upon Tyne|Newcastle|Nottingham|Leicester|Brighton|Oxford|Cambridge|York|Bath|Norwich|Exeter|Plymouth"
    "|Southampton|Portsmouth|Aberdeen|Dundee|Swansea|Derby|Coventry|Bradford|Hull|Preston|Chester|Canterbury",
    "GH": "Accra|Kumasi|Takoradi|Tema|Tamale",
    "GR": "Αθήνα|Θεσσαλονίκη|Πάτρα|Ηράκλειο|Λάρισα|Βόλος|Πειραιάς|Ιωάννινα|Χανιά|Athens|Thessaloniki|Patras|Heraklion",
    "GT": "Ciudad de Guatemala|Guatemala|Antigua Guatemala",
    "HK": "Hong Kong|Kowloon|New Territories",
    "HR": "Zagreb|Split|Rijeka|Osijek|Zadar|Dubrovnik|Pula",
    "HU": "Budapest|Debrecen|Szeged|Pécs|Győr|Miskolc",
    "ID": "Jakarta Selatan|Jakarta Pusat|Jakarta Barat|Jakarta Timur|Jakarta Utara|Jakarta|Bandung|Surabaya|Yogyakarta"
    "|Semarang|Denpasar|Medan|Makassar|Bekasi|Tangerang|Bogor|Depok|Malang",
    "IE": "Dublin|Cork|Galway|Limerick|Waterford|Kilkenny|Sligo|Ennis|Tralee|Drogheda|Dundalk|Wexford|Athlone",
    "IN": "Mumbai|New Delhi|Delhi|Bangalore|Bengaluru|Hyderabad|Chennai|Kolkata|Pune|Ahmedabad|Surat|Jaipur|Lucknow"
    "|Nagpur|Indore|Bhopal|Kochi|Coimbatore|Chandigarh|Gurgaon|Gurugram|Noida|Thane|Navi Mumbai|Vadodara|Rajkot"
    "|Visakhapatnam|Vijayawada|Patna|Ludhiana|Nashik|Mysore|Mysuru|Mangalore|Madurai|Trivandrum|Thiruvananthapuram",
    "IS": "Reykjavík|Kópavogur|Akureyri",
    "IT": "Roma|Milano|Torino|Napoli|Bologna|Firenze|Venezia|Verona|Genova|Palermo|Bari|Catania|Padova|Trieste|Brescia"
    "|Parma|Modena|Reggio Emilia|Perugia|Cagliari|Pisa|Siena|Lecce|Bergamo|Rimini|Salerno|Udine|Treviso|Vicenza",
    "JO": "Amman",
    "KE": "Nairobi|Mombasa|Kisumu|Nakuru|Eldoret|Thika|Nyeri|Meru|Machakos|Kitale|Malindi|Kiambu",
    "LB": "Beirut",
    "LK": "Colombo|Kandy|Galle|Negombo|Jaffna|Matara|Kurunegala|Nugegoda|Dehiwala",
    "LT": "Vilnius|Kaunas|Klaipėda|Šiauliai",
    "LU": "Luxembourg",
    "LV": "Rīga|Riga|Liepāja|Daugavpils|Jelgava",
    "MA": "Casablanca|Rabat|Marrakech|Agadir|Fès|Tanger|Meknès",
    "MT": "Valletta|Sliema|St. Julian's|Birkirkara|Mosta",
    "MX": "Ciudad de México|CDMX|México D.F.|México, D.F.|Guadalajara|Zapopan|Monterrey|San Pedro Garza García|Puebla"
    "|Tijuana|León|Querétaro|Mérida|Cancún|Playa del Carmen|Toluca|Morelia|Chihuahua|Saltillo|Hermosillo|Culiacán"
    "|Aguascalientes|Oaxaca|Veracruz|Xalapa|Cuernavaca|Pachuca|San Luis Potosí|Puerto Vallarta|Mexicali|Ensenada",
    "MY": "Kuala Lumpur|Petaling Jaya|Shah Alam|Subang Jaya|George Town|Johor Bahru|Kota Kinabalu|Kuching|Ipoh",
    "NG": "Lagos|Abuja|Ibadan|Port Harcourt|Kano|Enugu|Benin City|Kaduna|Abeokuta|Owerri|Uyo|Jos|Ilorin|Warri|Asaba",
    "NL": "Amsterdam|Rotterdam|Utrecht|Den Haag|Eindhoven|Groningen|Haarlem|Leiden|Delft|Breda|Tilburg|Nijmegen|Arnhem",
    "NO": "Oslo|Bergen|Trondheim|Stavanger|Tromsø|Kristiansand|Drammen|Fredrikstad|Bodø|Ålesund",
    "NP": "Kathmandu|Lalitpur|Pokhara|Bhaktapur",
    "NZ": "Auckland|Wellington|Christchurch|Hamilton|Tauranga|Dunedin|Queenstown|Nelson|Napier|Rotorua|Whangārei"
    "|Whangarei|New Plymouth|Palmerston North|Invercargill|Lower Hutt|Porirua|Blenheim|Timaru|Taupō|Taupo",
    "PA": "Ciudad de Panamá|Panamá",
    "PE": "Lima|Arequipa|Trujillo|Cusco|Cuzco|Chiclayo|Piura|Iquitos|Huancayo|Tacna|Callao|Miraflores|San Isidro"
    "|Santiago de Surco|San Borja|Surquillo|Puno|Ica|Ayacucho|Cajamarca",
    "PH": "Manila|Quezon City|Makati City|Makati|Cebu City|Davao City|Taguig City|Taguig|Pasig City|Pasig"
    "|Mandaluyong City|Mandaluyong|Pasay City|Parañaque City|Las Piñas City|Muntinlupa City|Caloocan City|Baguio City"
    "|Iloilo City|Bacolod City|Cagayan de Oro City|Cagayan de Oro|Antipolo City|Angeles City|Tagaytay City|Cebu|Davao"
    "|Marikina City|Valenzuela City|San Juan City|Mandaue City|Lapu-Lapu City|General Santos City|Zamboanga City|Cavite"
    "|Laguna|Batangas|Bulacan|Pampanga|Rizal",
    "PK": "Karachi|Lahore|Islamabad|Rawalpindi|Faisalabad|Peshawar|Multan|Sialkot|Quetta|Gujranwala|Hyderabad",
    "PL": "Warszawa|Kraków|Wrocław|Poznań|Gdańsk|Łódź|Katowice|Szczecin|Lublin|Bydgoszcz|Gdynia|Białystok|Rzeszów"
    "|Toruń|Kielce|Olsztyn|Gliwice|Sopot|Zakopane",
    "PT": "Lisboa|Porto|Braga|Coimbra|Faro|Funchal|Aveiro|Setúbal|Évora|Cascais|Sintra|Leiria|Viseu|Guimarães",
    "PY": "Asunción",
    "QA": "Doha",
    "RO": "București|Bucureşti|Bucuresti|Cluj-Napoca|Timișoara|Iași|Constanța|Brașov|Sibiu|Oradea|Craiova|Ploiești",
    "RS": "Beograd|Novi Sad|Niš|Kragujevac|Subotica",
    "RW": "Kigali",
    "SA": "Riyadh|Jeddah|Dammam|Khobar",
    "SE": "Stockholm|Göteborg|Malmö|Uppsala|Lund|Örebro|Linköping|Västerås|Helsingborg|Umeå",
    "SI": "Ljubljana|Maribor|Celje|Kranj|Koper",
    "SK": "Bratislava|Košice|Žilina|Nitra|Prešov|Trnava|Banská Bystrica|Trenčín",
    "SN": "Dakar",
    "TH": "Bangkok|Phuket|Chiang Mai|Pattaya",
    "TN": "Tunis|Sousse|Sfax",
    "TR": "İstanbul|Istanbul|İSTANBUL|Ankara|ANKARA|İzmir|Izmir|İZMİR|Antalya|ANTALYA|Bursa|BURSA|Adana|Konya|Gaziantep"
    "|Kocaeli|Eskişehir|Mersin|Kayseri|Muğla|Denizli|Samsun|Trabzon",
    "TZ": "Dar es Salaam|Arusha|Dodoma|Mwanza|Moshi|Zanzibar",
    "UG": "Kampala|Entebbe|Jinja|Mbarara|Gulu",
    "UY": "Montevideo|Punta del Este|Maldonado|Colonia del Sacramento|Salto|Paysandú",
    "VE": "Caracas|Maracaibo|Barquisimeto|Maracay|Mérida",
    "ZA": "Johannesburg|Cape Town|Durban|Pretoria|Gqeberha|Port Elizabeth|Bloemfontein|Sandton|Centurion|Stellenbosch"
    "|Midrand|Randburg|Roodepoort|East London|Pietermaritzburg|Polokwane|Umhlanga|Paarl|Somerset West|George|Kimberley",
    "ZM": "Lusaka|Ndola|Kitwe|Livingstone",
    "ZW": "Harare|Bulawayo|Mutare|Victoria Falls",
}  # fmt: skip
_NAMES = {  # by what `Page.lowered` holds of them; longer ones first
    code: {name.lower(): name for name in sorted(names.split("|"), key=len, reverse=True)}
    for code, names in _LARGE.items()
}
_WORD = rf"[{UPPER}][\w'’.-]*"
_TOWN = rf"(?P<city>{_WORD}(?: (?:(?:d[aeo]s?|do|of|the|on) )?{_WORD}){{0,3}})"
_STATES = {
    "AU": "NSW|VIC|QLD|SA|WA|TAS|ACT|NT",
    "BR": "A[CLMP]|BA|CE|DF|ES|GO|M[AGST]|P[ABEIR]|R[JNORS]|S[CEP]|TO",
    "CA": "AB|BC|MB|NB|NL|NS|ON|PE|QC|SK|YT|Ontario|Alberta|British Columbia|Nova Scotia|Manitoba|Saskatchewan"
    "|New Brunswick|Qu[ée]bec",
    "IE": r"(?:Co\.?|County) [A-Z]\w+",
    "TR": "İstanbul|Istanbul|İSTANBUL|Ankara|ANKARA|İzmir|Izmir|İZMİR|Antalya|ANTALYA|Bursa|BURSA|Adana|Konya|Gaziantep"
    "|Kocaeli|Eskişehir|Mersin|Kayseri|Muğla|Denizli|Samsun|Trabzon|Sakarya|Tekirdağ|Balıkesir|Aydın|Manisa|Hatay"
    "|Yalova",
    "US": "A[KLRZ]|C[AOT]|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]"
    "|W[AIVY]|DC",
}
_BEFORE_STATE = {
    code: re.compile(rf"(?:,[ ]?|[ ]?[/–-][ ]?)(?P<region>{states})(?![\w-])")
    if code in {"BR", "TR"}
    else re.compile(rf",[ ]?(?P<region>{states})\.?(?![\w-])")
    for code, states in _STATES.items()
}
_TOWN_AT_END = re.compile(rf"(?:^|[\n,;|·•(]\s*|[ ][–-][ ]|(?<=[\w.])[ ]){_TOWN}$")
_NUMBERED = re.compile(r"\d")
_DISTRICT = re.compile(r" (?:\d{1,2}W?|[KVNSØC]|NV|SV)(?![\w/-])")  # ``Dublin 2``, ``Praha 4``, ``København K``
_FURTHER = re.compile(r"(?:[,.]?[ \n]+|[ ]?[–-][ ]?)(?P<piece>[^\W\d_][\w .]{1,26}?)(?=[.,;|)\n·•]|[ ]?$|[ ][–-])")
_CLOSED = re.compile(
    r"[.,)]?[ \u00a0]*(?:$|[\n|;·•(]|[–—-][ ]|[.,]?[ ]?"
    r"(?:tel|tél|fone|phone|ph|call|mob|cell?|whatsapp|fax|e-?mail|mail|t|p|m|e)\b\.?[ ]?:?|\+\d|\()",
    re.I,
)
_NO_PLACE = re.compile(
    r"(?:^|[\s(])(?:in|of|from|near|to|across|around|greater|all over|en|de|à|aus|bei|nach|i|w|v)\s$", re.I
)
_MAX = 12  # of one page
_LINE = 200  # characters that are looked at behind a town


def known_towns(page: Page, country: str | None) -> Iterator[Town]:
    """Towns of the page's country (ISO) without a code that close a line, or the address on it; at most twelve."""
    taken: list[tuple[int, int]] = []
    for town in (*_before_states(page.text, country), *_large(page, country)):
        if any(start < town.end and town.start < end for start, end in taken):
            continue  # the second half of a longer name
        taken.append((town.start, town.end))
        if len(taken) > _MAX:
            return
        yield town


def _large(page: Page, country: str | None) -> Iterator[Town]:
    text, names = page.text, _NAMES.get(country or "", {})
    for stem in page.present(tuple(names)):
        name = names[stem]
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            if _opens(text, start) and (town := _closed(text, start, end, name, None, country)):
                yield town
            start = text.find(name, end)


def _before_states(text: str, country: str | None) -> Iterator[Town]:
    if (pattern := _BEFORE_STATE.get(country or "")) is None:
        return
    for match in pattern.finditer(text):
        low = max(0, match.start() - 60)
        low = max(low, text.rfind("\n", low, match.start()) + 1)
        before = _TOWN_AT_END.search(text[low : match.start()])
        if before is None:
            continue
        city = before["city"]
        if _NUMBERED.search(before.string, 0, before.start("city")):
            city = _behind_street(city)  # ``12 Main St Tampa, FL``
        start = low + before.end("city") - len(city)
        if city and (town := _closed(text, start, match.end(), city, match["region"], country)):
            yield town


def _behind_street(words: str) -> str:
    """What follows a street's last word in the words before a state; all of them where there is none."""
    last = 0
    for match in STREET_WORD.finditer(words + " "):
        if match.end() < len(words) and words[match.end()] in " .":
            last = match.end() + 1
    return words[last:].lstrip(" .")


def _opens(text: str, start: int) -> bool:
    """Whether a town may open at an offset: at a line's start, behind a mark, a street's last word or a number."""
    before = text[max(0, start - 24) : start]
    if not before or before[-1] in "\n,;|·•(/":
        return True
    if before[-1] != " " and before[-1] != "\u00a0":
        return before[-1] in "-–"
    bare = before.rstrip()
    if not bare or bare[-1] in ",;|·•–-/.:0123456789)":
        return True
    return not _NO_PLACE.search(before) and STREET_WORD.search(bare.rpartition(" ")[2] + " ") is not None


def _closed(text: str, start: int, end: int, city: str, region: str | None, country: str | None) -> Town | None:
    """The town, where nothing but its region, its land or a contact follows on the line; a code is another form's."""
    if district := _DISTRICT.match(text, end):
        city, end = city + district[0], district.end()
    is_named = region is not None
    line_end = text.find("\n", end, end + _LINE)
    line_end = min(len(text), end + _LINE) if line_end < 0 else line_end
    for _ in range(3):
        further = _FURTHER.match(text, end, line_end)
        if further is None:
            break
        piece = further["piece"].strip(" .")
        is_land = len(piece) > 3 and country_code(piece) == country
        if not (is_land or region_of(piece)):
            break
        is_named = is_named or is_land
        end = further.end("piece")
    if not _CLOSED.match(text, end) or re.match(r"[ ,–-]{0,3}\d{4}", text[end : end + 7]):
        return None
    return Town(
        start, end, "", city.strip(" .") if len(city) > 8 else city, region, country, is_named, is_line_end=True
    )
