"""Exports as they come out of real programs, made small: bytes, what the rows must say, and what is refused."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import NamedTuple

Said = dict[str, str]


class OddFile(NamedTuple):
    """One file. `said`: of each row the values that it must state (``company.name``); `refused`: line and reason."""

    name: str
    content: bytes
    said: list[Said]
    refused: tuple[tuple[int, str], ...] = ()


def _zipped(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__DOT__", "."), text)
    return target.getvalue()


def _company(name: str, email: str, **more: str) -> Said:
    return {"company.name": name, "company.email": email} | {f"company.{key}": text for key, text in more.items()}


def _person(name: str, email: str, **more: str) -> Said:
    return {"person.full_name": name, "person.email": email} | {
        key.replace("_", ".", 1): text for key, text in more.items()
    }


ALDER, BIRCH = _company("Alder Ltd", "a@alder.example"), _company("Birch Ltd", "b@birch.example")
PLAIN = "Company,Email\nAlder Ltd,a@alder.example\nBirch Ltd,b@birch.example\n"

FILES = [
    OddFile("sap_list", (
        "20.11.2026                       Dynamische Listenausgabe                              1\n"
        "---------------------------------------------------------------------------------------\n"
        "|Debitor |Name 1       |Straße     |PLZ  |Ort       |LKZ|Telefon 1      |Umsatz      |\n"
        "---------------------------------------------------------------------------------------\n"
        "|  100234|Erle GmbH    |Weg 1      |04109|Leipzig   |DE |0341/123456    |    1.200,50|\n"
        "|  100235|Buche AG     |Allee 2    |10115|Berlin    |DE |030 901820     |      200,00|\n"
        "---------------------------------------------------------------------------------------\n"
        "|*       |             |           |     |          |   |               |    1.400,50|\n"
        "---------------------------------------------------------------------------------------\n"
    ).encode(), [
        {"company.name": "Erle GmbH", "company.address": "Weg 1, 04109 Leipzig", "company.phone_e164": "+49341123456"},
        {"company.name": "Buche AG", "company.country_code": "DE"},
    ], ((8, "totals_row"),)),
    OddFile("datev", (
        '"EXTF";700;16;"Debitoren/Kreditoren";5;20261120;;"RE";"";"";29098;55003;20260101;4;;;"";"";;0;0;"EUR"\n'
        "Konto;Name (Adressattyp Unternehmen);Name (Adressattyp natürl. Person);"
        "Vorname (Adressattyp natürl. Person);EU-Land;EU-UStID;Anrede;Straße;Postleitzahl;Ort;Land;Telefon;E-Mail\n"
        '10001;"Erle GmbH";"";"";"DE";"123456788";"Firma";"Weg 1";"04109";"Leipzig";"DE";"0341 123456";"i@erle.de"\n'
        '10002;"";"Muster";"Max";"";"";"Herrn";"Gasse 2";"10115";"Berlin";"DE";"030 901820";"max@muster.de"\n'
    ).encode("cp1252"), [
        {"company.name": "Erle GmbH", "company.vat_id": "DE123456788"}, _person("Max Muster", "max@muster.de"),
    ]),
    OddFile("lexware", (
        "Kunden-Nr.;Matchcode;Anrede;Name;Vorname;Firma;Strasse;PLZ;Ort;Land;Telefon 1;E-Mail 1;Ansprechpartner Name\n"
        "10001;ERLE;Firma;;;Erle GmbH;Weg 1;04109;Leipzig;DE;0341 123456;info@erle.de;Max Muster\n"
    ).encode("cp1252"), [
        {"company.name": "Erle GmbH", "company.address": "Weg 1, 04109 Leipzig", "person.full_name": "Max Muster"},
    ]),
    OddFile("excel_tab_text", "sep=;\r\nFirma;E-Mail;Ort\r\nErle;a@erle.de;Köln\r\n".encode("utf-16"), [
        _company("Erle", "a@erle.de", address="Köln"),
    ]),
    OddFile("japanese", (
        "会社名,部署,役職,姓,名,メールアドレス,電話番号,郵便番号,住所,ホームページ\r\n"
        "株式会社ハンノキ,営業部,部長,山田,太郎,taro@hannoki.co.jp,03-3580-3311,100-0013,東京都千代田区霞が関1-1,"
        "https://www.hannoki.co.jp\r\n"
    ).encode("cp932"), [
        _person("山田 太郎", "taro@hannoki.co.jp", company_name="株式会社ハンノキ", person_phone_e164="+81335803311",
                person_title="部長", company_domain="hannoki.co.jp"),
    ]),
    OddFile("chinese", (
        "公司名称,联系人,职位,邮箱,电话,手机,地址,城市,国家,网址\r\n"
        "赤杨科技有限公司,王伟,总经理,wei@chiyang.cn,010-65293298,13800138000,建国路1号,北京,中国,www.chiyang.cn\r\n"
    ).encode("gb18030"), [
        _person("王伟", "wei@chiyang.cn", company_name="赤杨科技有限公司", person_phone_e164="+8613800138000",
                company_country_code="CN"),
    ]),
    OddFile("taiwanese", (
        "公司名稱,姓名,職稱,電子郵件,電話,地址\r\n"
        "赤楊股份有限公司,王小明,經理,ming@chiyang.com.tw,02-27208889,台北市信義區市府路1號\r\n"
    ).encode("big5"), [_person("王小明", "ming@chiyang.com.tw", company_name="赤楊股份有限公司")]),
    OddFile("korean", (
        "회사명,이름,직책,이메일,전화번호,휴대폰,주소\r\n"
        "오리나무 주식회사,김민수,대표,minsu@orinamu.co.kr,02-731-2114,010-1234-5678,서울특별시 중구 세종대로 110\r\n"
    ).encode("cp949"), [
        _person("김민수", "minsu@orinamu.co.kr", company_name="오리나무 주식회사", person_phone_e164="+821012345678"),
    ]),
    OddFile("russian", (
        "Название компании;Контактное лицо;Должность;Эл. почта;Телефон;Город;Страна;ИНН\r\n"
        "ООО «Ольха»;Иванов Иван;Директор;ivan@olha.ru;+7 495 777-77-77;Москва;Россия;7707083893\r\n"
    ).encode("cp1251"), [
        _person("Иванов Иван", "ivan@olha.ru", company_name="ООО «Ольха»", company_country_code="RU"),
    ]),
    OddFile("turkish", (
        "Şirket Adı;Ad;Soyad;Ünvan;E-posta;Telefon;Cep Telefonu;Adres;İlçe;Şehir;Ülke\r\n"
        "Kızılağaç A.Ş.;Ayşe;Yılmaz;Müdür;ayse@agac.com.tr;0212 455 56 00;0532 123 45 67;Bağdat Cad. 1;Kadıköy;"
        "İstanbul;Türkiye\r\n"
    ).encode("cp1254"), [
        _person("Ayşe Yılmaz", "ayse@agac.com.tr", company_name="Kızılağaç A.Ş.", person_phone_e164="+905321234567"),
    ]),
    OddFile("greek", (
        "Επωνυμία;Ονοματεπώνυμο;Τηλέφωνο;E-mail;Πόλη;Χώρα\n"
        "Σκλήθρα ΑΕ;Άννα Νίκου;210 3270000;anna@sklithra.gr;Αθήνα;Ελλάδα\n"
    ).encode("cp1253"), [
        _person("Άννα Νίκου", "anna@sklithra.gr", company_name="Σκλήθρα ΑΕ", company_country_code="GR"),
    ]),
    OddFile("utf8_taken_for_windows", (
        "Firma;Straße;Ort;E-Mail\nBäckerei Groß;Königstr. 1;Köln;a@gross.de\n".encode().decode("cp1252").encode()
    ), [_company("Bäckerei Groß", "a@gross.de", address="Königstr. 1, Köln")]),
    OddFile("last_name_first", (
        b'Name,Company,E-mail\n"Ash, Ann",Alder Ltd,ann@alder.example\n'
        b'"Oak, Bo",Birch Ltd,"bo@b.example; b2@b.example"\n'
    ), [_person("Ann Ash", "ann@alder.example"), _person("Bo Oak", "bo@b.example")]),
    OddFile("signs_for_nothing", (
        "Company,E-Mail,Phone,Country\nAlder Ltd,keine,–,n/a\nBirch Ltd,nicht bekannt,entfällt,(null)\n"
        "Cedar Ltd,no email,TBD,<NA>\nElm Ltd,---------,*,\\N\nFir Ltd,(leer),#REF!,undefined\n"
    ).encode(), [{"company.name": f"{name} Ltd"} for name in ("Alder", "Birch", "Cedar", "Elm", "Fir")]),
    OddFile("ragged", (
        b"Company,Email,City,,\nAlder Ltd,a@alder.example\nBirch Ltd,b@birch.example,York,,,,,\n"
    ), [ALDER, BIRCH]),
    OddFile("cut_off", (
        b"Company,Email,City\nAlder Ltd,a@alder.example,Leeds\nBirch Ltd,b@birch.example,York\nCedar Ltd,c@ced.exam"
    ), [ALDER, BIRCH], ((4, "cut_off"),)),
    OddFile("quotes_not_doubled", (
        b'Company,Email,Note\n"Alder "The Tree" Ltd",a@alder.example,x\n"Birch Ltd",b@birch.example,"say "a", then b"\n'
        b'Cedar "C" Ltd,c@cedar.example,5" pipe\n"Elm" ,d@elm.example,"two\nlines ""doubled"""\n'
    ), [
        _company('Alder "The Tree" Ltd', "a@alder.example"), BIRCH, _company('Cedar "C" Ltd', "c@cedar.example"),
        _company("Elm", "d@elm.example"),
    ]),
    OddFile("quotes_with_backslash", (
        b'Company,Email,Note\n"Alder \\"Tree\\" Ltd",a@alder.example,"x"\n"Birch Ltd",b@birch.example,"\\"a, b\\""\n'
    ), [_company('Alder "Tree" Ltd', "a@alder.example"), BIRCH]),
    OddFile("apostrophes", (
        b"'Company','Email','City'\n'Alder, Sons Ltd','a@alder.example','Leeds'\n'Birch Ltd','b@birch.example','York'\n"
    ), [_company("Alder, Sons Ltd", "a@alder.example"), BIRCH]),
    OddFile("whole_rows_in_quotes", (
        b'"Company;""Email"";City"\n"Alder Ltd;a@alder.example;Leeds"\n"Birch Ltd;b@birch.example;""York; North"""\n'
    ), [ALDER, BIRCH]),
    OddFile("nul_and_ctrl_z", b"Company,Email\r\nAlder Ltd,a@alder.example\x00\x00\r\nBir\x00ch,b@x.example\r\n\x1a", [
        ALDER,
    ], ((3, "not_text"),)),
    OddFile("one_file_in_a_zip", _zipped(contacts__DOT__csv=PLAIN, **{"__MACOSX/._contacts.csv": "x"}), [ALDER, BIRCH]),
    OddFile("gzip", gzip.compress(PLAIN.encode()), [ALDER, BIRCH]),
    OddFile("json_document", json.dumps({"total": 2, "results": [
        {"company": "Alder Ltd", "email": "a@alder.example", "address": {"city": "Leeds", "country": "GB"}},
        {"company": "Birch Ltd", "email": "b@birch.example", "tags": ["x", "y"]},
    ]}, indent=1).encode(), [ALDER | {"company.address": "Leeds", "company.country_code": "GB"}, BIRCH]),
    OddFile("web_page_called_xls", (
        b"<html><meta charset=utf-8><table><tr><td>menu</td></tr></table><table><tr><th>Company<th>Email</tr>"
        b"<tr><td>Alder&nbsp;Ltd<td>a@alder.example</tr><tr><td>Birch Ltd<td>b@birch.example</tr></table></html>"
    ), [ALDER, BIRCH]),
    OddFile("fixed_width", (
        "Firma               Ort         Telefon         E-Mail\n"
        "------------------- ----------- --------------- -------------------\n"
        "Erle GmbH           Leipzig     0341 123456     info@erle.de\n"
        "Buche & Söhne AG    Berlin      030 901820      info@buche.de\n"
    ).encode(), [
        _company("Erle GmbH", "info@erle.de", address="Leipzig"), _company("Buche & Söhne AG", "info@buche.de"),
    ]),
    OddFile("markdown", (
        b"| Company | Email | City |\n|---|:---:|---|\n| Alder Ltd | a@alder.example | Leeds |\n"
        b"| Birch Ltd | b@birch.example | York |\n"
    ), [ALDER, BIRCH]),
    OddFile("carets", PLAIN.replace(",", "^").encode(), [ALDER, BIRCH]),
    OddFile("figures_of_a_spreadsheet", (
        b"Company;Phone;PLZ;Ort;Land\nErle GmbH;4,93412E+11;4109;Leipzig;DE\nBuche AG;493411234567;10115;Berlin;D\n"
        b'="Esche KG";="+49 351 123456";="01067";Dresden;Germany\n'
    ), [
        {"company.name": "Erle GmbH", "company.address": "04109 Leipzig"},
        {"company.name": "Buche AG", "company.phone_e164": "+493411234567"},
        {"company.name": "Esche KG", "company.phone_e164": "+49351123456", "company.address": "01067 Dresden"},
    ]),
    OddFile("groups_above_the_header", (
        b"Unternehmen;;;Kontakt;;\nName;Ort;Web;Vorname;Nachname;E-Mail\n"
        b"Erle GmbH;Leipzig;erle.de;Max;Muster;m@erle.de\n"
    ), [_person("Max Muster", "m@erle.de", company_name="Erle GmbH", company_domain="erle.de")]),
    OddFile("header_again", (
        b"Company,Email\nAlder Ltd,a@alder.example\nCOMPANY,EMAIL\n\nBirch Ltd,b@birch.example\n"
    ), [ALDER, BIRCH], ((3, "repeated_header"),)),
    OddFile("several_in_a_cell", (
        b"Company,Contact,Phones,E-Mails\n"
        b'Alder Ltd,Ann Ash,"work: +44 20 7946 0018, mobile: +44 7400 123456","ann@alder.example (work), a@h.example"\n'
        b'Birch Ltd,Bo Oak,"Fax: +44 20 7946 0020\nTel: +44 20 7946 0019",Bo Oak <bo@birch.example>\n'
    ), [
        {"person.phone_e164": "+442079460018", "company.email": "ann@alder.example"},
        {"person.phone_e164": "+442079460019", "company.email": "bo@birch.example"},
    ]),
    OddFile("countries", (
        "Company,Country\n" + "".join(f"{code} {place},{text}\n" for place, (text, code) in enumerate([
            ("UK", "GB"), ("Allemagne", "DE"), ("Suomi", "FI"), ("日本", "JP"), ("USA", "US"), ("DEU", "DE"),
            ("276", "DE"),
            ("España", "ES"), ("Deutschland (DE)", "DE"), ("Česko", "CZ"), ("Szwajcaria", "CH"), ("Österreich", "AT"),
        ]))
    ).encode(), [{"company.country_code": code} for code in (
        "GB", "DE", "FI", "JP", "US", "DE", "DE", "ES", "DE", "CZ", "CH", "AT",
    )]),
    OddFile("unseen_signs", (
        "Company\u00a0Name;E\u2011Mail;Tele\u00adfon\nErle\u00a0GmbH;\u200binfo@erle.de\u200b;+49\u00a0341\u00a0123456\n"
    ).encode(), [_company("Erle GmbH", "info@erle.de", phone_e164="+49341123456")]),
    OddFile("hidden_addresses", (
        b"Company,Email,Website\nAlder Ltd,mailto:a@alder.example,<https://alder.example>\n"
        b"Birch Ltd,b [at] birch (dot) example,HTTPS://WWW.BIRCH.EXAMPLE\n"
    ), [ALDER | {"company.domain": "alder.example"}, BIRCH | {"company.domain": "birch.example"}]),
    OddFile("thunderbird", (
        b"First Name,Last Name,Display Name,Primary Email,Secondary Email,Work Phone,Home Phone,Home Address,"
        b"Work Address,Work City,Work ZipCode,Work Country,Job Title,Organization,Web Page 1\n"
        b"Ann,Ash,Ann Ash,ann@alder.example,,+44 20 7946 0018,,2 Home Rd,1 High St,London,SW1A 1AA,UK,CEO,Alder Ltd,"
        b"https://alder.example\n"
    ), [
        _person("Ann Ash", "ann@alder.example", company_name="Alder Ltd", company_domain="alder.example",
                company_address="1 High St, SW1A 1AA London"),
    ]),
    OddFile("sugarcrm", (
        b'"First Name","Last Name","ID","Account Name","Office Phone","Email Address","Primary Address Street",'
        b'"Primary Address City","Primary Address Postal Code","Primary Address Country","Alternate Address City"\n'
        b'"Ann","Ash","1","Alder Ltd","+44 20 7946 0018","ann@alder.example","1 High St","London","SW1A 1AA","UK",""\n'
    ), [
        _person("Ann Ash", "ann@alder.example", company_address="1 High St, SW1A 1AA London"),
    ]),
    OddFile("companies_among_people", (
        b"id,name,is_company,parent_id/name,email,street,zip,city,country_id/name\n"
        b"p_1,Erle GmbH,True,,info@erle.de,Weg 1,04109,Leipzig,Germany\n"
        b"p_2,Max Muster,False,Erle GmbH,max@erle.de,,,,\n"
    ), [
        {"company.name": "Erle GmbH", "company.address": "Weg 1, 04109 Leipzig"},
        _person("Max Muster", "max@erle.de", company_name="Erle GmbH"),
    ]),
    OddFile("entries_of_a_map", (
        "title,category,address,phone,website,rating,place_id\n"
        'Bäckerei Erle,Bakery,"Weg 1, 04109 Leipzig, Germany",+49 341 123456,https://erle.de/,4.5,ChIJ\n'
    ).encode(), [
        {"company.name": "Bäckerei Erle", "company.domain": "erle.de", "company.phone_e164": "+49341123456"},
    ]),
    OddFile("outlook_french", (
        '"Titre","Prénom","Nom","Société","Titre","Rue (bureau)","Ville (bureau)","Code postal (bureau)",'
        '"Pays/Région (bureau)","Téléphone (bureau)","Tél. mobile","Adresse de messagerie","Page Web"\n'
        '"M.","Jean","Martin","Aulne SARL","Gérant","3 rue du Lac","Lyon","69003","France","04 72 00 00 01",'
        '"06 12 34 56 78","jean@aulne.fr","www.aulne.fr"\n'
    ).encode("cp1252"), [
        _person("Jean Martin", "jean@aulne.fr", company_address="3 rue du Lac, 69003 Lyon",
                company_country_code="FR"),
    ]),
    OddFile("outlook_italian", (
        "Titolo,Nome,Cognome,Società,Posizione,Via (uff.),Città (uff.),CAP (uff.),Paese (uff.),Telefono (uff.),"
        "Indirizzo posta elettronica\n"
        "Sig.,Ada,Rossi,Ontano Srl,Titolare,Via Roma 1,Milano,20121,Italia,02 12345678,ada@ontano.it\n"
    ).encode(), [
        _person("Ada Rossi", "ada@ontano.it", company_address="Via Roma 1, 20121 Milano"),
    ]),
    OddFile("shop_customers", (
        b"Customer ID,First Name,Last Name,Email,Default Address Company,Default Address Address1,Default Address City,"
        b"Default Address Country Code,Default Address Zip,Phone,Total Spent\n"
        b"'123,Ann,Ash,ann@alder.example,Alder Ltd,1 High St,London,GB,SW1A 1AA,,10.00\n"
    ), [
        _person("Ann Ash", "ann@alder.example", company_address="1 High St, SW1A 1AA London"),
    ]),
    OddFile("names_of_a_program", (
        b"contactId,firstName,lastName,emailAddress,companyName,jobTitle,streetAddress,postalCode,cityName,countryCode\n"
        b"1,Ann,Ash,ann@alder.example,Alder Ltd,CEO,1 High St,SW1A 1AA,London,GB\n"
    ), [
        _person("Ann Ash", "ann@alder.example", company_address="1 High St, SW1A 1AA London", person_title="CEO"),
    ]),
    OddFile("apostrophes_and_a_closing_line", (
        b"Company,Email,City\nAlder Ltd,\"'a@alder.example'\",Leeds\nBirch Ltd,b@birch.example,York\n1 Datensatz,,\n"
    ), [ALDER, BIRCH], ((4, "footer"),)),
]  # fmt: skip
