"""The Scrapy project: spiders read sites politely, archive every answer, and end in typed records."""
