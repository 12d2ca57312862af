"""Base spiders by access pattern: `source_spider` asks politely, `linked_site` finds its way by sitemap and links."""
