"""Posts to each URL on stdin; prints the status that http.client sees, or 0 and why there is none."""
import http.client
import sys
from urllib.parse import urlsplit

for line in sys.stdin:
    url = urlsplit(line.strip())
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=5)
    try:
        connection.request("POST", url.path, body=b"{}", headers={"connection": "close"})
        print(connection.getresponse().status)
    except Exception as error:
        print(0, type(error).__name__)
    finally:
        connection.close()
