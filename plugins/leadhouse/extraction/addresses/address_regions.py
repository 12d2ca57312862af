"""States, provinces and districts that stand between a town and its code."""

from __future__ import annotations

import re

_REGIONS = re.compile(
    r"^(?:NSW|VIC|QLD|SA|WA|TAS|ACT|NT|New South Wales|Victoria|Queensland|South Australia|Western Australia|Tasmania"
    r"|AB|BC|MB|NB|NL|NS|ON|PE|QC|SK|YT|Alberta|British Columbia|Manitoba|New Brunswick|Nova Scotia|Ontario|Qu[eé]bec"
    r"|Saskatchewan|Prince Edward Island|Newfoundland(?: and Labrador)?"
    r"|Andhra Pradesh|Assam|Bihar|Chhattisgarh|Delhi NCR|Goa|Gujarat|Haryana|Himachal Pradesh|Jharkhand|Karnataka"
    r"|Kerala|Madhya Pradesh|Maharashtra|Manipur|Meghalaya|Odisha|Orissa|Punjab|Rajasthan|Sikkim|Tamil ?nadu|Telangana"
    r"|Tripura|Uttar Pradesh|Uttarakhand|West Bengal|M\.?P\.?|U\.?P\.?|T\.?S\.?|A\.?P\.?|T\.?N\.?|Gauteng|Western Cape"
    r"|Cheshire|Surrey|Kent|Essex|Sussex|(?:East|West) Sussex|Hampshire|Berkshire|Buckinghamshire|Hertfordshire"
    r"|Oxfordshire"
    r"|Cambridgeshire|Norfolk|Suffolk|Devon|Cornwall|Dorset|Somerset|Wiltshire|Gloucestershire|Warwickshire"
    r"|Worcestershire"
    r"|Staffordshire|Shropshire|Derbyshire|Nottinghamshire|Leicestershire|Lincolnshire|Northamptonshire|Bedfordshire"
    r"|Lancashire|Cumbria|Merseyside|Greater Manchester|West Midlands|(?:North|South|West|East) Yorkshire|Tyne and Wear"
    r"|County Durham|Northumberland|Middlesex|Rutland|Herefordshire|(?:Co\.?|County) [A-Z]\w+"
    r"|Eastern Cape|KwaZulu[- ]Natal|Limpopo|Mpumalanga|North West|Free State|Northern Cape|(?:Dist|Tq|Tal|District"
    r"|Taluka)\b.*|Metro Manila|S[ãa]o Paulo - SP|Selangor|Johor|Penang|Pulau Pinang|Perak|Kedah|Kelantan|Melaka|Pahang"
    r"|Perlis|Sabah|Sarawak|Terengganu|Negeri Sembilan|Wilayah Persekutuan|Jawa (?:Barat|Tengah|Timur)|Banten"
    r"|(?:West|Central|East) Java|DKI Jakarta|D\.?I\.? Yogyakarta|Bali|Sum?matera (?:Utara|Barat|Selatan)|Lampung|Riau"
    r"|Sulawesi (?:Selatan|Utara|Tengah)|Kalimantan (?:Timur|Barat|Selatan|Tengah)|Nusa Tenggara (?:Barat|Timur)"
    r"|(?:Lagos|Rivers|Ogun|Oyo|Enugu|Kaduna|Kano|Delta|Edo|Anambra) State|jud\. ?\w+|județul \w+)\.?$",
    re.I,
)


def region_of(piece: str) -> str | None:
    """The piece of an address if it is a state, province or district and no town."""
    bare = piece.strip(" .()")
    return bare if re.fullmatch(r"[A-Z]{2,3}", bare) or _REGIONS.match(bare) else None
