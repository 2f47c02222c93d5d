"""The whole main way by a client that openapi-python-client made of the OpenAPI document."""

import json
import os
import time

from chatzuri_webhooks_client import AuthenticatedClient
from chatzuri_webhooks_client.api.chatbots import create_chatbot
from chatzuri_webhooks_client.api.deliveries import get_delivery, list_deliveries, resend_delivery
from chatzuri_webhooks_client.api.events import list_events
from chatzuri_webhooks_client.api.leads import accept_lead, list_leads
from chatzuri_webhooks_client.api.webhooks import (
    create_webhook,
    delete_webhook,
    get_webhook,
    update_webhook,
)
from chatzuri_webhooks_client.models import (
    ChatbotCreate,
    LeadCreate,
    ListDeliveriesStateItem,
    WebhookChange,
    WebhookCreate,
)

client = AuthenticatedClient(os.environ["API_URL"], os.environ["API_KEY"])


def must(answer):
    assert answer.status_code < 300, answer.content
    return answer.parsed


made = create_chatbot.sync_detailed(client=client, body=ChatbotCreate(name="Shop"))
chatbot = must(made)
settings = WebhookCreate(url=os.environ["ENDPOINT"], event_types=["lead.submit"])
webhook = must(create_webhook.sync_detailed(chatbot.id, client=client, body=settings))
lead = LeadCreate(customer_name="Ann", customer_email="ann@example.com")
accepted = must(
    accept_lead.sync_detailed(chatbot.id, client=client, body=lead, idempotency_key="once")
)


def delivered(attempts):
    states = [ListDeliveriesStateItem.DELIVERED, ListDeliveriesStateItem.EXHAUSTED]
    for _ in range(200):
        found = must(
            list_deliveries.sync_detailed(client=client, webhook_id=webhook.id, state=states)
        )
        if len(found.data) == 1 and found.data[0].attempt_count == attempts:
            return must(get_delivery.sync_detailed(found.data[0].id, client=client))
        time.sleep(0.05)
    raise AssertionError("the delivery did not come")


first = delivered(1)
resent = must(resend_delivery.sync_detailed(first.id, client=client))
again = delivered(2)
events = must(list_events.sync_detailed(client=client, chatbot_id=chatbot.id))
leads = must(list_leads.sync_detailed(client=client, chatbot_id=chatbot.id, limit=1))
too_long = WebhookChange(timeout_seconds=500)
refused = update_webhook.sync_detailed(webhook.id, client=client, body=too_long)
must(delete_webhook.sync_detailed(webhook.id, client=client))
gone = get_webhook.sync_detailed(webhook.id, client=client)

print(
    json.dumps(
        {
            "found": made.headers["location"] == f"/api/v1/chatbots/{chatbot.id}",
            "leads": [leads.data[0].id == accepted.lead_id, leads.data[0].customer_name],
            "states": [str(each.state) for each in (first, resent, again)],
            "events": [len(events.data), events.data[0].event_type],
            "refused": int(refused.status_code),
            "gone": int(gone.status_code),
        }
    )
)
