"""Reading over HTTP, for browsers and programs. Knows requests, queues and jobs; not how a page is read."""
