// The whole main way by a client that openapi-generator made of the OpenAPI document: a chatbot, a
// webhook, a lead, its delivery, sent once more, lists by several states, and what is refused.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	chatzuri "github.com/chatzuri/client"
)

func main() {
	configuration := chatzuri.NewConfiguration()
	configuration.Servers = chatzuri.ServerConfigurations{{URL: os.Getenv("API_URL")}}
	configuration.AddDefaultHeader("Authorization", "Bearer "+os.Getenv("API_KEY"))
	client := chatzuri.NewAPIClient(configuration)
	ctx := context.Background()

	chatbot, answer, err := client.ChatbotsAPI.CreateChatbot(ctx).
		ChatbotCreate(*chatzuri.NewChatbotCreate("Shop")).Execute()
	must(err)
	location := answer.Header.Get("Location")
	settings := chatzuri.NewWebhookCreate(os.Getenv("ENDPOINT"), []string{"lead.submit"})
	webhook, _, err := client.WebhooksAPI.CreateWebhook(ctx, chatbot.Id).WebhookCreate(*settings).Execute()
	must(err)
	lead := chatzuri.NewLeadCreate()
	lead.SetCustomerName("Ann")
	lead.SetCustomerEmail("ann@example.com")
	accepted, _, err := client.LeadsAPI.AcceptLead(ctx, chatbot.Id).
		LeadCreate(*lead).IdempotencyKey("once").Execute()
	must(err)

	delivered := func(attempts int32) chatzuri.DeliveryDetail {
		for tries := 0; tries < 200; tries++ {
			list, _, err := client.DeliveriesAPI.ListDeliveries(ctx).WebhookId(webhook.Id).
				State([]string{"delivered", "exhausted"}).Execute()
			must(err)
			if len(list.Data) == 1 && list.Data[0].AttemptCount == attempts {
				detail, _, err := client.DeliveriesAPI.GetDelivery(ctx, list.Data[0].Id).Execute()
				must(err)
				return *detail
			}
			time.Sleep(50 * time.Millisecond)
		}
		panic("the delivery did not come")
	}
	first := delivered(1)
	resent, _, err := client.DeliveriesAPI.ResendDelivery(ctx, first.Id).Execute()
	must(err)
	again := delivered(2)
	events, _, err := client.EventsAPI.ListEvents(ctx).ChatbotId(chatbot.Id).Execute()
	must(err)
	leads, _, err := client.LeadsAPI.ListLeads(ctx).ChatbotId(chatbot.Id).Limit(1).Execute()
	must(err)
	change := chatzuri.NewWebhookChange()
	change.SetTimeoutSeconds(500)
	_, refused, err := client.WebhooksAPI.UpdateWebhook(ctx, webhook.Id).WebhookChange(*change).Execute()
	if err == nil {
		panic("500 seconds were taken")
	}
	_, err = client.WebhooksAPI.DeleteWebhook(ctx, webhook.Id).Execute()
	must(err)
	_, gone, _ := client.WebhooksAPI.GetWebhook(ctx, webhook.Id).Execute()

	told, _ := json.Marshal(map[string]any{
		"found":   location == "/api/v1/chatbots/"+chatbot.Id,
		"leads":   []any{leads.Data[0].Id == accepted.LeadId, leads.Data[0].CustomerName},
		"states":  []string{first.State, resent.State, again.State},
		"events":  []any{len(events.Data), events.Data[0].EventType},
		"refused": refused.StatusCode,
		"gone":    gone.StatusCode,
	})
	fmt.Println(string(told))
}

func must(err error) {
	if err == nil {
		return
	}
	if told, ok := err.(*chatzuri.GenericOpenAPIError); ok {
		fmt.Fprintln(os.Stderr, string(told.Body()))
	}
	panic(err)
}
