// Posts to each URL on stdin; prints the status that net/http sees, or 0.
package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	client := &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer, err := client.Post(lines.Text(), "application/json", strings.NewReader("{}"))
		if err != nil {
			fmt.Println(0, err)
			continue
		}
		answer.Body.Close()
		fmt.Println(answer.StatusCode)
	}
}
